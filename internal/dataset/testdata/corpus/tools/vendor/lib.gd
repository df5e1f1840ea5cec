func f() -> void:
	print("somebody else's")
