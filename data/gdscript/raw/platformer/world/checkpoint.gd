class_name Checkpoint
extends Area2D
## Lantern that lights up when touched and becomes the respawn point. Only one is lit at a time.

signal lit(checkpoint: Checkpoint)

static var active: Checkpoint

@export var light_energy := 1.1
@export var respawn_offset := Vector2(0.0, -8.0)
## Checkpoints with a lower order than the active one are ignored, so backtracking is harmless.
@export var order := 0

@onready var _light: PointLight2D = $PointLight2D
@onready var _sprite: AnimatedSprite2D = $AnimatedSprite2D


func _ready() -> void:
	_light.energy = 0.0
	body_entered.connect(_on_body_entered)
	tree_exiting.connect(_forget)


## Lights this lantern for `climber`, puts out the previous one and stores the respawn position.
func activate(climber: Climber) -> void:
	if active == self or (active != null and active.order > order):
		return
	if active != null:
		active.extinguish()
	active = self
	climber.respawn_point = global_position + respawn_offset
	_sprite.play(&"ignite")
	_fade_light(light_energy)
	lit.emit(self)


func extinguish() -> void:
	_sprite.play(&"cold")
	_fade_light(0.0)


func _fade_light(energy: float) -> void:
	var tween := create_tween().set_ease(Tween.EASE_OUT).set_trans(Tween.TRANS_ELASTIC)
	tween.tween_property(_light, ^"energy", energy, 0.6)


func _forget() -> void:
	if active == self:
		active = null


func _on_body_entered(body: Node2D) -> void:
	var climber := body as Climber
	if climber != null:
		activate(climber)
