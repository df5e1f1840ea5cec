func f(:
	pass
