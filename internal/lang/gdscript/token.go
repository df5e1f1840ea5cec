package gdscript

// A kind is the kind of a token.
type kind uint8

const (
	tEOF kind = iota
	tNewline
	tIndent
	tDedent
	tAnnotation
	tIdentifier
	tNumber
	tString     // "", '', with three quotes, raw
	tStringName // &""
	tNodePath   // ^""
	tTrue
	tFalse
	tNull

	tLess
	tLessEqual
	tGreater
	tGreaterEqual
	tEqualEqual
	tBangEqual
	tAnd
	tOr
	tNot
	tAmpAmp
	tPipePipe
	tBang
	tAmp
	tPipe
	tTilde
	tCaret
	tLessLess
	tGreaterGreater
	tPlus
	tMinus
	tStar
	tStarStar
	tSlash
	tPercent
	tEqual
	tPlusEqual
	tMinusEqual
	tStarEqual
	tStarStarEqual
	tSlashEqual
	tPercentEqual
	tLessLessEqual
	tGreaterGreaterEqual
	tAmpEqual
	tPipeEqual
	tCaretEqual

	tIf
	tElif
	tElse
	tFor
	tWhile
	tBreak
	tContinue
	tPass
	tReturn
	tMatch
	tWhen
	tAs
	tAssert
	tAwait
	tBreakpoint
	tClass
	tClassName
	tConst
	tEnum
	tExtends
	tFunc
	tIn
	tIs
	tNamespace
	tPreload
	tSelf
	tSignal
	tStatic
	tSuper
	tTrait
	tVar
	tVoid
	tYield
	tPI
	tTAU
	tINF
	tNAN

	tBracketOpen
	tBracketClose
	tBraceOpen
	tBraceClose
	tParenOpen
	tParenClose
	tComma
	tSemicolon
	tPeriod
	tPeriodPeriod
	tEllipsis
	tColon
	tDollar
	tArrow
	tUnderscore
	tConflict // seven of < = > that version control leaves
	tBacktick
	tQuestion
	kinds
)

// names are how error messages name tokens.
var names = [kinds]string{
	tEOF: "the end of the file", tNewline: "the end of the line", tIndent: "an indentation", tDedent: "the end of the block",
	tAnnotation: "an annotation", tIdentifier: "a name", tNumber: "a number", tString: "a string", tStringName: "a string name",
	tNodePath: "a node path", tTrue: "true", tFalse: "false", tNull: "null", tConflict: "a conflict marker of version control",
	tLess: "<", tLessEqual: "<=", tGreater: ">", tGreaterEqual: ">=", tEqualEqual: "==", tBangEqual: "!=", tAnd: "and", tOr: "or",
	tNot: "not", tAmpAmp: "&&", tPipePipe: "||", tBang: "!", tAmp: "&", tPipe: "|", tTilde: "~", tCaret: "^", tLessLess: "<<",
	tGreaterGreater: ">>", tPlus: "+", tMinus: "-", tStar: "*", tStarStar: "**", tSlash: "/", tPercent: "%", tEqual: "=",
	tPlusEqual: "+=", tMinusEqual: "-=", tStarEqual: "*=", tStarStarEqual: "**=", tSlashEqual: "/=", tPercentEqual: "%=",
	tLessLessEqual: "<<=", tGreaterGreaterEqual: ">>=", tAmpEqual: "&=", tPipeEqual: "|=", tCaretEqual: "^=", tIf: "if",
	tElif: "elif", tElse: "else", tFor: "for", tWhile: "while", tBreak: "break", tContinue: "continue", tPass: "pass",
	tReturn: "return", tMatch: "match", tWhen: "when", tAs: "as", tAssert: "assert", tAwait: "await", tBreakpoint: "breakpoint",
	tClass: "class", tClassName: "class_name", tConst: "const", tEnum: "enum", tExtends: "extends", tFunc: "func", tIn: "in",
	tIs: "is", tNamespace: "namespace", tPreload: "preload", tSelf: "self", tSignal: "signal", tStatic: "static",
	tSuper: "super", tTrait: "trait", tVar: "var", tVoid: "void", tYield: "yield", tPI: "PI", tTAU: "TAU", tINF: "INF",
	tNAN: "NAN", tBracketOpen: "[", tBracketClose: "]", tBraceOpen: "{", tBraceClose: "}", tParenOpen: "(", tParenClose: ")",
	tComma: ",", tSemicolon: ";", tPeriod: ".", tPeriodPeriod: "..", tEllipsis: "...", tColon: ":", tDollar: "$", tArrow: "->",
	tUnderscore: "_", tBacktick: "`", tQuestion: "?",
}

// keywords are the words that are no identifiers.
var keywords = func() map[string]kind {
	m := map[string]kind{"true": tTrue, "false": tFalse, "null": tNull, "_": tUnderscore}
	for _, span := range [][2]kind{{tAnd, tNot}, {tIf, tNAN}} {
		for k := span[0]; k <= span[1]; k++ {
			m[names[k]] = k
		}
	}
	return m
}()

// longestKeyword is "breakpoint", "class_name".
const longestKeyword = 10

// spelling returns a token for a message.
func (k kind) spelling() string {
	if k <= tNodePath || k == tConflict {
		return names[k]
	}
	return `"` + names[k] + `"`
}

// isIdentifier reports whether a token serves as an identifier: a few keywords do, because the engine has such names.
func (k kind) isIdentifier() bool {
	switch k {
	case tIdentifier, tMatch, tWhen, tPI, tTAU, tINF, tNAN:
		return true
	}
	return false
}

// isNodeName reports whether a token can stand in a node path and after a period: all words can.
func (k kind) isNodeName() bool {
	return k == tIdentifier || k == tUnderscore || k >= tIf && k <= tNAN || k == tAnd || k == tOr || k == tNot
}

// endsOperand reports whether a sign after the token is an operator, not part of a number.
func (k kind) endsOperand() bool {
	switch k {
	case tIdentifier, tNumber, tString, tStringName, tNodePath, tTrue, tFalse, tNull, tSelf, tBracketClose, tBraceClose, tParenClose,
		tPI, tTAU, tINF, tNAN:
		return true
	}
	return false
}

// A token is a range of the text. Layout tokens have no width.
type token struct {
	kind       kind
	start, end int
}

// operator is one of the spellings that begin with a byte.
type operator struct {
	text string
	kind kind
}

// operators lists, for each first byte, the operators, longest first.
var operators = func() (t [128][]operator) {
	for length := 3; length > 0; length-- {
		for k := tLess; k < kinds; k++ {
			s := names[k]
			if len(s) == length && !identifierStart[s[0]] && k != tConflict {
				t[s[0]] = append(t[s[0]], operator{s, k})
			}
		}
	}
	return t
}()

// keywordStart tells the bytes that keywords begin with, to look few words up.
var keywordStart = func() (t [256]bool) {
	for w := range keywords {
		t[w[0]] = true
	}
	return t
}()
