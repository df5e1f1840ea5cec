var a = func(): pass
var b = func named(x: int, y := 2, ...z) -> int: return x
var c = func():
	print(1)
	print(2)
var d = [func(): return 1, func(): pass, func(): return]
var e = {"k": func(): return 2, "l": func(): pass}

func run():
	button.pressed.connect(func(): print("pressed"))
	button.pressed.connect(func():
		print("one")
		if true:
			print("two"))
	button.pressed.connect(func():
		print("one")
	, CONNECT_ONE_SHOT)
	button.pressed.connect(
		func():
			for i in 3:
				if i: continue
				print(i)
	)
	button.pressed.connect(
			func(x):
				return x
			)
	var f = func(): print(2) if false else print(3)
	var g = (func(): return 1).call()
	if true: f = func(): run()
	for i in 2:
		var h = func():
			for j in 3: break
			while true: break
			return i
		h.call()
	var nested = func():
		var inner = func():
			return func(): return 1
		return inner.call()
	(
		(
			func():
				print("deep")
		)
	).call()
	var result := (
		list
		. map(func(v): return v)
		. filter(
			func(v):
				return v == "x"
		)
	)
	var listed = [
		func():
			print("0")
		,
		func():
			match 1:
				1: print(1)
				_:
					pass
		,
	]
	run_all(1, func(): pass; print(2), func(): return {a = 1})
	run_all(func(): return [1, 2], 3)
	run_all(func(): await x, func(): assert(true), 4)
	var last = func(): pass
