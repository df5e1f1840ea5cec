package gdscript

import (
	"fmt"
	"sync"
)

// A Kind is the kind of a node. The comment says which children a node has, in their order; a question mark stands for one that
// may be missing, a star for any number. Declarations and statements may begin with Annotations.
type Kind uint8

// Declarations.
const (
	File       Kind = iota // members*: ClassName, Extends and what classes have
	ClassName              // Identifier, Extends?
	Extends                // Literal?, Identifier*
	Class                  // Identifier, Extends?, Members
	Members                // declarations*, Annotation*, Pass*, ExpressionStatement* of one string
	Enum                   // Identifier?, EnumValue*
	EnumValue              // Identifier, expression?
	Signal                 // Identifier, Parameters?
	Variable               // Identifier, Type?, expression?, Getter?, Setter?; a statement too
	Constant               // Identifier, Type?, expression; a statement too
	Getter                 // Identifier: get = f; Block: get:
	Setter                 // Identifier: set = f; Parameter, Block: set(value):
	Function               // Identifier, Parameters, Type?, Block?
	Parameters             // Parameter*
	Parameter              // Identifier, Type?, expression?
	Type                   // Identifier*, Type* in brackets; no child: void
	Annotation             // expression*
	Block                  // statements*
)

// Statements.
const (
	ExpressionStatement Kind = iota + Block + 1 // expression
	Assignment                                  // target, expression; Op
	Pass
	If                // condition, Block, Elif*, Else?
	Elif              // condition, Block
	Else              // Block
	For               // Identifier, Type?, expression, Block
	While             // condition, Block
	Match             // expression, Branch*
	Branch            // patterns*, Guard?, Block
	Guard             // expression
	Bind              // Identifier
	Wildcard          // _
	Rest              // ..
	ArrayPattern      // patterns*
	DictionaryPattern // PatternEntry*, Rest?
	PatternEntry      // expression, pattern?
	Break
	Continue
	Return // expression?
	Breakpoint
	Assert // condition, expression?
)

// Expressions.
const (
	Identifier Kind = iota + Assert + 1
	Literal         // number, string of any kind, true, false, null
	Self
	Super      // Identifier?: what Call calls
	Unary      // expression; Op
	Binary     // left, right; Op
	Ternary    // value, condition, value
	Cast       // expression, Type
	TypeTest   // expression, Type; Negated for "is not"
	Await      // expression
	Array      // expression*
	Dictionary // Entry*
	Entry      // key, value; Op: ":" or "="
	Paren      // expression
	Attribute  // expression, Identifier
	Subscript  // expression, expression
	Call       // what is called, Arguments
	Arguments  // expression*
	GetNode    // $Path, %Name
	Preload    // expression
	Lambda     // Identifier?, Parameters, Type?, Block
	kindCount
)

var kindNames = [kindCount]string{
	"File", "ClassName", "Extends", "Class", "Members", "Enum", "EnumValue", "Signal", "Variable", "Constant", "Getter", "Setter",
	"Function", "Parameters", "Parameter", "Type", "Annotation", "Block",
	"ExpressionStatement", "Assignment", "Pass", "If", "Elif", "Else", "For", "While", "Match", "Branch", "Guard", "Bind",
	"Wildcard", "Rest", "ArrayPattern", "DictionaryPattern", "PatternEntry", "Break", "Continue", "Return", "Breakpoint", "Assert",
	"Identifier", "Literal", "Self", "Super", "Unary", "Binary", "Ternary", "Cast", "TypeTest", "Await", "Array", "Dictionary",
	"Entry", "Paren", "Attribute", "Subscript", "Call", "Arguments", "GetNode", "Preload", "Lambda",
}

// String returns the name of a kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("Kind(%d)", k)
}

// IsExpression reports whether nodes of the kind have a value.
func (k Kind) IsExpression() bool {
	return k >= Identifier && k < kindCount && k != Arguments && k != Entry
}

// IsStatement reports whether nodes of the kind stand in blocks.
func (k Kind) IsStatement() bool {
	switch k {
	case ExpressionStatement, Assignment, Pass, If, For, While, Match, Break, Continue, Return, Breakpoint, Assert, Variable, Constant:
		return true
	}
	return false
}

// A Node is a piece of a text.
type Node struct {
	Kind       Kind
	Op         kind // of operators
	Static     bool // of functions and variables
	Abstract   bool // of functions and classes
	Inferred   bool // of variables, constants and parameters: :=
	Variadic   bool // of parameters: ...args
	Negated    bool // "not in", "is not"
	depth      int32
	Start, End int // bytes of the text
	// At is where the operator of a Binary, Ternary or Assignment is, and the period of an Attribute.
	At       int
	Children []*Node
}

// Operator returns the spelling of a node's operator, "" if it has none. "not in" is "in" with Negated.
func (n *Node) Operator() string {
	if n.Op == 0 {
		return ""
	}
	return names[n.Op]
}

// Child returns the first child of a kind, nil if there is none.
func (n *Node) Child(k Kind) *Node {
	if n == nil {
		return nil
	}
	for _, c := range n.Children {
		if c.Kind == k {
			return c
		}
	}
	return nil
}

// Expression returns the first child that is an expression but not the name that the node declares, nil if there is none.
func (n *Node) Expression() *Node {
	if n == nil {
		return nil
	}
	named := n.declares()
	for _, c := range n.Children {
		if named && c.Kind == Identifier {
			named = false
		} else if c.Kind.IsExpression() {
			return c
		}
	}
	return nil
}

// declares reports whether a node's first identifier is a name it declares.
func (n *Node) declares() bool {
	switch n.Kind {
	case ClassName, Class, Enum, EnumValue, Signal, Variable, Constant, Function, Parameter, For, Bind, Lambda:
		return true
	}
	return false
}

// Bare returns an expression without the parentheses around it.
func (n *Node) Bare() *Node {
	for n != nil && n.Kind == Paren && len(n.Children) == 1 {
		n = n.Children[0]
	}
	return n
}

// Walk calls visit for a node and, if that returns true, for all below it, in the order of the text.
func (n *Node) Walk(visit func(*Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	for _, c := range n.Children {
		c.Walk(visit)
	}
}

// A Comment is one from # to the end of its line.
type Comment struct {
	Start, End int
	Own        bool // nothing else is on its line
}

// A Source is a parsed text.
type Source struct {
	Text     string
	Root     *Node // of kind File; spans the whole text
	Comments []Comment
	Inside   []int // where lines begin that begin inside a string
	Errors   Errors

	once           sync.Once
	declared, used []Name
}

// Of returns the text of a node, "" for nil.
func (s *Source) Of(n *Node) string {
	if n == nil {
		return ""
	}
	return s.Text[n.Start:n.End]
}

// Name returns the name that a node declares, "" if it has none.
func (s *Source) Name(n *Node) string {
	if n == nil || !n.declares() {
		return ""
	}
	return s.Of(n.Child(Identifier))
}
