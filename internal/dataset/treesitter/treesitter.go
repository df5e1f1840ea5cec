package treesitter

import (
	"errors"
	"fmt"
	"time"

	"github.com/odvcencio/gotreesitter"
	"github.com/odvcencio/gotreesitter/grammars"
)

const (
	// MaxText is the size of the largest text that is parsed, in bytes. The time of a parse can grow faster than the text.
	MaxText = 1 << 18
	// MaxDepth is how many brackets may be open at once, so that no text exhausts the stack.
	MaxDepth = 400
	// patience bounds one parse. The parser's own bounds, on nodes and memory in proportion to the text, come first as a rule.
	patience = 20 * time.Second
)

// A Tree is the syntax tree of a text. It is read by one goroutine at a time.
type Tree struct {
	language *gotreesitter.Language
	tree     *gotreesitter.Tree
}

// Parse parses a text with the grammar of a name, as tree-sitter has it: c_sharp, go, python. An error says why there is no tree. Each call
// has a parser of its own, so calls may run at the same time.
func Parse(grammar, text string) (t *Tree, err error) {
	entry := grammars.DetectLanguageByName(grammar)
	switch {
	case entry == nil:
		return nil, fmt.Errorf("treesitter: there is no grammar %q", grammar)
	case len(text) > MaxText:
		return nil, fmt.Errorf("treesitter: it has %d bytes, expected up to %d", len(text), MaxText)
	case depth(text) > MaxDepth:
		return nil, fmt.Errorf("treesitter: more than %d brackets are open at once", MaxDepth)
	}
	defer func() {
		if v := recover(); v != nil { // a fault of the library must not end a build
			t, err = nil, fmt.Errorf("treesitter: the parser of %s failed: %v", grammar, v)
		}
	}()
	language, source := entry.Language(), []byte(text)
	p := gotreesitter.NewParser(language)
	p.SetTimeoutMicros(uint64(patience.Microseconds()))
	var tree *gotreesitter.Tree
	if entry.TokenSourceFactory != nil {
		tree, err = p.ParseWithTokenSourceStrict(source, entry.TokenSourceFactory(source, language))
	} else {
		tree, err = p.ParseStrict(source)
	}
	if err != nil || tree == nil || tree.RootNode() == nil {
		return nil, errors.Join(fmt.Errorf("treesitter: the parser of %s gave up", grammar), err)
	}
	return &Tree{language, tree}, nil
}

// depth returns how many brackets are open at once at most. Brackets in strings and comments count too.
func depth(text string) int {
	now, most := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[', '{':
			now++
			most = max(most, now)
		case ')', ']', '}':
			now = max(0, now-1)
		}
	}
	return most
}

// Root returns the node of the whole text.
func (t *Tree) Root() Node { return Node{t.tree.RootNode(), t.language} }

// Close gives the memory of the tree back. Its nodes cannot be used any more.
func (t *Tree) Close() { t.tree.Release() }

// A Node is a piece of the text.
type Node struct {
	node     *gotreesitter.Node
	language *gotreesitter.Language
}

// Kind is the name that the grammar gives to such pieces; of a keyword or a sign it is its text.
func (n Node) Kind() string { return n.node.Type(n.language) }

// Start and End are offsets in the text, in bytes.
func (n Node) Start() int { return int(n.node.StartByte()) }

// End is the offset after the last byte.
func (n Node) End() int { return int(n.node.EndByte()) }

// Named reports whether the grammar names the kind: keywords and signs are not named.
func (n Node) Named() bool { return n.node.IsNamed() }

// Broken reports whether something in the node could not be understood.
func (n Node) Broken() bool { return n.node.HasError() }

// Children are the pieces that the node consists of, in the order of the text.
func (n Node) Children() []Node {
	children := make([]Node, 0, n.node.ChildCount())
	for i := range n.node.ChildCount() {
		if c := n.node.Child(i); c != nil {
			children = append(children, Node{c, n.language})
		}
	}
	return children
}

// Field returns the child that has a role in the node, such as name or body.
func (n Node) Field(role string) (child Node, ok bool) {
	c := n.node.ChildByFieldName(role, n.language)
	return Node{c, n.language}, c != nil
}
