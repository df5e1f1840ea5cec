class_name DayTint
extends CanvasModulate
## Colours the whole world according to the time of day and switches street lamps.

signal lamps_toggled(on: bool)

@export var gradient: Gradient
@export_range(0, 23) var lamps_on_hour := 19
@export_range(0, 23) var lamps_off_hour := 6
@export var rain_tint := Color(0.75, 0.8, 0.95)

var raining := false:
	set(value):
		raining = value
		_blend_rain(1.0 if value else 0.0)

var _rain := 0.0
var _lamps_on := false


func _ready() -> void:
	WorldClock.hour_passed.connect(func(_hour: int) -> void: _update_lamps())
	_update_lamps()


func _process(_delta: float) -> void:
	var base := gradient.sample(WorldClock.day_fraction())
	color = base.lerp(base * rain_tint, _rain)


## Every lamp is a PointLight2D in the `lamps` group; they come on one after the other.
func switch_lamps(on: bool) -> void:
	var lamps := get_tree().get_nodes_in_group(&"lamps")
	lamps.shuffle()
	var tween := create_tween()
	for node in lamps:
		var lamp := node as PointLight2D
		tween.tween_callback(lamp.set_enabled.bind(on))
		tween.tween_interval(randf_range(0.02, 0.15))
	lamps_toggled.emit(on)


func _update_lamps() -> void:
	var on := WorldClock.is_between(lamps_on_hour, lamps_off_hour)
	if on != _lamps_on:
		_lamps_on = on
		switch_lamps(on)


func _blend_rain(target: float) -> void:
	create_tween().tween_property(self, ^"_rain", target, 4.0)
