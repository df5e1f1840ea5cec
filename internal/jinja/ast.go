package jinja

// A node is a statement or an expression of the tree.
type node interface{}

// An expr is an expression. kind is Jinja's name of the node in lower case, which its messages use.
type expr interface {
	line() int
	kind() string
}

// at is the line an expression is reported on.
type at int

func (a at) line() int { return int(a) }

// A varRef says where the resolver put a variable: how many functions out, and which slot there.
type varRef struct {
	up, slot int
	// sure is set for parameters, which hold a value whenever they are read.
	sure bool
}

// A nameCtx says what a name is there for.
type nameCtx uint8

const (
	ctxLoad  nameCtx = iota
	ctxStore         // target of a set or a for
	ctxParam         // parameter of a macro or target of a with
)

// Expressions.
type (
	constExpr struct {
		at
		val Value
	}
	nameExpr struct {
		at
		name string
		ctx  nameCtx
		ref  varRef
	}
	// nsRefExpr is the target a.b of an assignment.
	nsRefExpr struct {
		at
		name, attr string
		ref        varRef
	}
	tupleExpr struct {
		at
		items []expr
	}
	listExpr struct {
		at
		items []expr
	}
	dictExpr struct {
		at
		keys, vals []expr
	}
	// condExpr is "then if test else other"; other may be nil.
	condExpr struct {
		at
		test, then, other expr
	}
	binExpr struct {
		at
		op          string // add, sub, mul, div, floordiv, mod, pow, and, or
		left, right expr
	}
	unaryExpr struct {
		at
		op  string // not, neg, pos
		arg expr
	}
	concatExpr struct {
		at
		items []expr
	}
	compareExpr struct {
		at
		first expr
		ops   []string // eq, ne, lt, lteq, gt, gteq, in, notin
		args  []expr
	}
	attrExpr struct {
		at
		obj  expr
		name string
	}
	itemExpr struct {
		at
		obj, key expr
	}
	sliceExpr struct {
		at
		start, stop, step expr // nil where absent
	}
	callExpr struct {
		at
		fn   expr
		args callArgs
	}
	// filterExpr applies a filter, or a test where test is set. A nil arg stands for the body of a filter block.
	filterExpr struct {
		at
		arg    expr
		name   string
		args   callArgs
		test   bool
		routed *spec // what the name stands for, nil if there is no such filter
	}
)

// callArgs are the arguments of a call as they are written.
type callArgs struct {
	pos      []expr
	names    []string
	vals     []expr
	star     expr // *args
	starStar expr // **kwargs
}

func (*constExpr) kind() string   { return "const" }
func (*nameExpr) kind() string    { return "name" }
func (*nsRefExpr) kind() string   { return "nsref" }
func (*tupleExpr) kind() string   { return "tuple" }
func (*listExpr) kind() string    { return "list" }
func (*dictExpr) kind() string    { return "dict" }
func (*condExpr) kind() string    { return "condexpr" }
func (e *binExpr) kind() string   { return e.op }
func (e *unaryExpr) kind() string { return e.op }
func (*concatExpr) kind() string  { return "concat" }
func (*compareExpr) kind() string { return "compare" }
func (*attrExpr) kind() string    { return "getattr" }
func (*itemExpr) kind() string    { return "getitem" }
func (*sliceExpr) kind() string   { return "slice" }
func (*callExpr) kind() string    { return "call" }
func (e *filterExpr) kind() string {
	if e.test {
		return "test"
	}
	return "filter"
}

// Statements. A scope field holds what the resolver found to do when the statement's frame is entered and left.
type (
	// outputStmt writes its items; template data is a constExpr with raw text.
	outputStmt struct {
		line  int
		items []expr
	}
	forStmt struct {
		line       int
		target     expr
		iter, test expr
		body, els  []node
		recursive  bool

		scope, elseScope scope
		loop             int // slot of the loop variable, -1 if the body does not use it
		fn               *function
		filter           *loopFilter
	}
	ifStmt struct {
		line      int
		test      expr
		body, els []node
		elifs     []*ifStmt
	}
	assignStmt struct {
		line   int
		target expr
		val    expr
	}
	assignBlockStmt struct {
		line   int
		target expr
		filter *filterExpr // nil without one; the innermost arg is nil
		body   []node
		scope  scope
	}
	withStmt struct {
		line    int
		targets []expr
		vals    []expr
		body    []node
		scope   scope
	}
	filterStmt struct {
		line   int
		filter *filterExpr
		body   []node
		scope  scope
	}
	macroStmt struct {
		line int
		name string
		ref  varRef
		def  *macroDef
	}
	// callStmt is a call block; call is nil for a generation block.
	callStmt struct {
		line int
		call *callExpr
		def  *macroDef
	}
	breakStmt    struct{ line int }
	continueStmt struct{ line int }
)

// A macroDef is the function a macro, a call block or a generation block makes of its body.
type macroDef struct {
	line     int
	name     string // "" for call blocks
	params   []*nameExpr
	defaults []expr // of the last parameters
	body     []node

	fn                      *function
	scope                   scope
	caller, kwargs, varargs int // slots of the special names, -1 where unused
}

// A loopFilter is the function that a loop with a condition runs its items through.
type loopFilter struct {
	fn     *function
	scope  scope
	target expr
}
