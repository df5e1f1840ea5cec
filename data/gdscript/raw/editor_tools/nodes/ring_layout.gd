@tool
class_name RingLayout
extends Node2D
## Arranges its Node2D children on a circle, arc or spiral, live in the editor.

@export_range(0.0, 2000.0, 1.0, "suffix:px") var radius := 120.0:
	set(value):
		radius = value
		_queue_layout()
@export_range(0.0, 360.0, 1.0, "degrees") var arc := 360.0:
	set(value):
		arc = value
		_queue_layout()
@export_range(-360.0, 360.0, 1.0, "degrees") var start := -90.0:
	set(value):
		start = value
		_queue_layout()
## Radius change per child, which turns the ring into a spiral.
@export var growth := 0.0:
	set(value):
		growth = value
		_queue_layout()
@export var face_outwards := false:
	set(value):
		face_outwards = value
		_queue_layout()

var _queued := false


func _ready() -> void:
	child_order_changed.connect(_queue_layout)
	_queue_layout()


## Transform of slot `index` out of `count`. A full circle leaves no double slot at its seam.
func slot_transform(index: int, count: int) -> Transform2D:
	var full_circle := is_equal_approx(arc, 360.0)
	var gaps := count if full_circle else maxi(1, count - 1)
	var angle := deg_to_rad(start + arc * index / gaps)
	var distance := radius + growth * index
	var turn := angle if face_outwards else 0.0
	return Transform2D(turn, Vector2.from_angle(angle) * distance)


func _queue_layout() -> void:
	if _queued or not is_inside_tree():
		return
	_queued = true
	_layout.call_deferred()


func _layout() -> void:
	_queued = false
	var items: Array[Node2D] = []
	for child in get_children():
		if child is Node2D:
			items.append(child)
	for i in items.size():
		items[i].transform = slot_transform(i, items.size())
