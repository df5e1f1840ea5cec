package cassette

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	idPattern   = regexp.MustCompile(`\b(msgbatch|msg|req|org|wrkspc|proj|chatcmpl|resp|user|fp|srvtoolu|toolu)([_-])[A-Za-z0-9]{10,}\b`)
	uuidPattern = regexp.MustCompile(`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b`)
	keyPattern  = regexp.MustCompile(`\bsk-[A-Za-z0-9_-]{8,}`)
	hostPattern = regexp.MustCompile(`https?://[A-Za-z0-9.:\[\]-]+(/v1/messages/batches/)`)
)

// cleaner replaces what belongs to an account. The same text always becomes the same name.
type cleaner struct {
	keys  []string
	names map[string]string
	count map[string]int
}

func newCleaner(keys []string) *cleaner {
	return &cleaner{keys: keys, names: map[string]string{}, count: map[string]int{}}
}

func (c *cleaner) clean(s string) string {
	for _, k := range c.keys {
		if k != "" {
			s = strings.ReplaceAll(s, k, "[key]")
		}
	}
	s = keyPattern.ReplaceAllString(s, "[key]")
	s = hostPattern.ReplaceAllString(s, "$1")
	s = idPattern.ReplaceAllStringFunc(s, func(id string) string {
		i := strings.IndexAny(id, "_-")
		return c.name(id, id[:i+1]+"%08d")
	})
	return uuidPattern.ReplaceAllStringFunc(s, func(id string) string { return c.name(id, "00000000-0000-0000-0000-%012d") })
}

// name is what id is called in the recording. Names have fewer digits than what is taken for an id, so that cleaning twice changes nothing.
func (c *cleaner) name(id, form string) string {
	if n, ok := c.names[id]; ok {
		return n
	}
	c.count[form]++
	n := fmt.Sprintf(form, c.count[form])
	c.names[id], c.names[n] = n, n
	return n
}
