class_name SquashStretch
extends Node
## Deforms a sprite with a damped spring so that jumps and landings feel elastic.
## The volume is kept: what the height loses, the width gains.

@export var target: Node2D
@export var stiffness := 380.0
@export_range(0.0, 40.0, 0.5) var damping := 16.0
@export var max_stretch := 0.45

var _stretch := 0.0
var _stretch_velocity := 0.0
var _rest_scale := Vector2.ONE


func _ready() -> void:
	_rest_scale = target.scale


func _process(delta: float) -> void:
	# Semi-implicit Euler is stable enough here as long as the step is bounded.
	var step := minf(delta, 1.0 / 30.0)
	_stretch_velocity += (-stiffness * _stretch - damping * _stretch_velocity) * step
	_stretch = clampf(_stretch + _stretch_velocity * step, -max_stretch, max_stretch)
	target.scale = deform(_rest_scale, _stretch, signf(target.scale.x))


## Kicks the spring. Positive values stretch upwards (take-off), negative ones flatten (landing).
func kick(amount: float) -> void:
	_stretch_velocity += amount * sqrt(stiffness)


## Hooked up to the character's `landed` signal; faster falls flatten more.
func on_landed(impact_speed: float) -> void:
	kick(-remap(clampf(impact_speed, 80.0, 400.0), 80.0, 400.0, 0.1, 0.8))


## Scale for a given stretch that preserves area and keeps the sprite's facing.
static func deform(rest: Vector2, stretch: float, facing: float) -> Vector2:
	var tall := 1.0 + stretch
	var side := -1.0 if facing < 0.0 else 1.0
	return Vector2(absf(rest.x) / tall * side, rest.y * tall)
