func f():
	var a = 1 \
		+ 2
	var s = "a\
b"

	return [
		a,
	]
