func run(n: int):
	var a = 1; var b = 2; pass
	const C := 3
	if a: pass
	elif b: pass
	else: pass
	if a:
		pass
	elif b == C and \
			a != b:
		pass
	elif (
		a
		or b
	):
		pass
	else:
		breakpoint
	for i in n: print(i)
	for i: int in range(0, n, 2):
		if i == 3:
			continue
		if i > 4: break
		for j in [1, 2]: continue
	while true:
		if a > 1: break
		a += 1
		continue
	assert(a > 0)
	assert(a > 0, "positive",)
	assert(
		b,
		"b"
	)
	a = 1
	a += 1; a -= 1; a *= 2; a /= 2; a %= 2; a **= 2
	a <<= 1; a >>= 1; a &= 1; a |= 1; a ^= 1
	self.a = 2
	self["a"] = 3
	(a) = 4
	$Node.x.y[1] = 5
	%Unique.z = 6
	"a string is a comment"
	await get_tree().process_frame
	@warning_ignore("unused_variable")
	var unused = 1
	@warning_ignore("integer_division") var half = n / 2
	@warning_ignore_start("unused_variable")
	var more = 1
	@warning_ignore_restore("unused_variable")
	return

func empty(): return;
func value(): return 1; pass
func _static_init_not(): return 1

static func _static_init():
	return

func long():
	return a \
		+ b \
		# a comment between
		+ c


func blocks_end_deep():
	if 1:
		if 2:
			if 3:
				pass
	pass
