var precedence = a or b and not c in d == e | f ^ g & h << i + j * -k ** ~l is int
var ternaries = a if b else c if d else e
var nested = (a if b else c) if (d) else e
var casts = a as Node as Node2D
var tests = a is Node and b is not Node2D and c not in d and not e in f and !g
var symbols = a && b || !c
var awaited = await call().done
var signs = - - -1 + -2 - +3 - -x
var numbers = [0, 1_000, 0xFF_aa, 0XAB, 0b1010_1, 0B1, 1.5, .5, 5., 1e3, 1.5E-3, 2e+4, 1_0.0_1, -0x10, - 0b1]
var range_like = [1, 2][0]-1
var strings = ["a\n\t\"\\\'\a\b\f\v\u00e9\U01F600", "it's", """triple "quoted" text""", '''other
lines''', r"raw\d+\"", r'raw', r"""raw
triple\"""", &"name", ^"path/to", &'x', ^'y', "line \
goes on", "\ud83d\ude00"]
var empty_strings = ["", '', """""", ''''''  , r"", &"", ^""]
var paths = [$A, $A/B/C, $"quoted path"/B, $/root/A, $%U, %U, %U/%V, $A/%B, %"U", $'x', $self/if/match, $A.b(), $_/_]
var dictionaries = [{}, {a = 1, "b" = 2,}, {"a": 1, b: [2], 3: {c = 4}}, {
	# comment
	"k": 1 # another
	, "l": 2,
}]
var lists = [1, [2, 3,], [
	4,
], []]
var calls = f(1, 2,).g[0].h(a) if x else self.k()
var chain = a.b.c[d][e].f().g
var keywords_as_names = [a.class, a.if, a.match, a.func, a.PI, a.in, a._, a.when, a.true_]
var constants = PI + TAU - INF * NAN
var unicode_名 = größe + переменная + _x1
var more_preload = preload("res://a.gd",)
var grouped = (
	a
	+ b
	. c()
)
var spread = Vector2(
	1,
	2
).length()
var percent = "%s %d" % [a, b]
var modulo = a % b % c
var comparison = 1 == 1 == true
var shifted = 1 << 2 >> 3
var lambda = func(x): return x

func run():
	super()
	super.run()
	super.run(1, 2)[0].x()
	var x = super(1)
	return super.run() + await super.run()

var match = match + 1
