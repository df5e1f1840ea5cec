extends Node

var _left := 0.0
var _callback := Callable()


## Calls something once after a number of seconds. A second call replaces the first.
func start(seconds: float, callback: Callable) -> void:
	_left = seconds
	_callback = callback
	set_process(true)


func _process(delta: float) -> void:
	_left -= delta
	if _left > 0.0:
		return
	set_process(false)
	_callback.call()
