func run(x):
	match x:
		pass
	match x:
		1: pass
		"a", 'b', &"c", ^"d": pass
		-1, +2, 3.5: pass
		TYPE_INT, Vector2.ZERO: pass
		null, true, false: return
		[]: pass
		[1, _, ..]: pass
		[1, [2, var inner], ..,]:
			print(inner)
		{}: pass
		{"a": 1, "b": var value, ..}: print(value)
		{"key", KEY: [_, ..], ..}:
			pass
		{
			"many": _,
			"lines": [
				1,
			],
		}:
			pass
		var bound when bound > 3 and bound < 5: pass
		var other when (
			other
		):
			pass
		1 + 2, Vector2(1, 2): pass
		[var first, var second] when first == second:
			match first:
				1: print(1)
				_: pass
		@warning_ignore("unreachable_pattern")
		_ when x:
			pass
		_: pass
	match typeof(x):
		TYPE_NIL:
			pass
