@abstract
@warning_ignore("unused_signal")
extends Node
func a():
	if true:
		@warning_ignore("unused_variable")
	var x: int
func b(): if true: if false: pass
func c():
	if true: for i in 3: print(i); print(2)
	while false: if true: break
func d():
	var get = 1
	var set = get
	var export = set
	return export
func e(a, b, c = 1,): return [a, b, c]
func f(a): var g = func(a): return a; return g
func g():
	for i in 2: pass
	for i in 3: pass
	if true:
		var z = 1
	else:
		var z = 2
	var z = 3
	match z:
		1:
			var y = 1
		var w: print(w)
	var y = 2
func h(): return \
	1
class I:
	var h
	func g(): pass
