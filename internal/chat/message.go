package chat

import (
	"fmt"

	"graft/internal/jinja"
)

// An Object is a JSON object that keeps the order of its keys, as templates that print one need it. The zero Object is empty.
type Object struct{ fields *jinja.Dict }

// A Message is one message of a conversation: role, content (text or a list of parts), and whatever else the template reads, such
// as tool_calls, reasoning_content or name.
type Message = Object

// Text makes a message of plain text.
func Text(role, content string) Message {
	d := jinja.NewDict()
	d.Set("role", role)
	d.Set("content", content)
	return Message{d}
}

// UnmarshalJSON reads a JSON object.
func (o *Object) UnmarshalJSON(data []byte) error {
	v, err := jinja.FromJSON(data)
	if err != nil {
		return err
	}
	d, ok := v.(*jinja.Dict)
	if !ok {
		return fmt.Errorf("chat: a JSON object is needed, got %.40s", data)
	}
	o.fields = d
	return nil
}

// Get finds the value of a key.
func (o Object) Get(key string) (jinja.Value, bool) {
	if o.fields == nil {
		return nil, false
	}
	return o.fields.Get(key)
}

// Role is the message's role, "" if it has none.
func (o Object) Role() string {
	v, _ := o.Get("role")
	s, _ := v.(string)
	return s
}

// dict gives the fields, never nil.
func (o Object) dict() *jinja.Dict {
	if o.fields == nil {
		return jinja.NewDict()
	}
	return o.fields
}

// list gives objects as a template sees them: None if there are none at all.
func list(objects []Object) jinja.Value {
	if objects == nil {
		return jinja.None{}
	}
	items := make([]jinja.Value, len(objects))
	for i, o := range objects {
		items[i] = o.dict()
	}
	return jinja.NewList(items...)
}

// reasoningKeys are the names a message's reasoning may have, the standard one first.
var reasoningKeys = []string{"reasoning_content", "thinking", "reasoning"}

// normal gives the message as apply_chat_template hands it to the template: without null fields, and with the reasoning under
// both names that templates read.
func normal(m Message) *jinja.Dict {
	d := jinja.NewDict()
	for _, key := range reasoningKeys {
		if v, ok := m.Get(key); ok && v != jinja.Value(jinja.None{}) {
			d.Set("thinking", v)
			defer d.Set("reasoning_content", v)
			break
		}
	}
	for key, v := range m.dict().All() {
		if name, ok := key.(string); ok && v != jinja.Value(jinja.None{}) {
			d.Set(name, v)
		}
	}
	return d
}
