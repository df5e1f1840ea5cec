extends Control

var _open := false


class Page:
	# Called when the page is shown for the first time.
	func enter() -> void:
		var label := Label.new()
		label.text = "Welcome"
		print(label.text)


class Gallery:
	# Called when the page is shown for the first time.
	func enter() -> void:
		for i in 3:
			var picture := TextureRect.new()
			picture.name = "Picture%d" % i


# Called when the page is shown for the first time.
func enter() -> void:
	_open = true
	grab_focus()
	set_process_input(_open)
