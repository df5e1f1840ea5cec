extends Node

var health := 10:
	set(value):
		health = clamp(value, 0, 10)
		changed.emit(health)
	get:
		return health

var name_only: get = read, set = write
var indented: int:
	get = read,
	set = write
var reversed = 1:
	set(v): reversed = v
	get(): return reversed * 2
var only_get: String:
	get:
		return "x"
static var shared: int:
	set(v):
		shared = v
@export var percent: float = 0.5 : set = set_percent

signal changed(to)

func read(): return 1
func write(_v): pass
func set_percent(v): percent = v
func get(): return 1
func set(x): pass
