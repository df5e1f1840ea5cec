@tool
@icon("res://icon.svg")
class_name Crane
extends "res://machine.gd".Arm.Joint

"""
A crane. Strings in a class are comments.
"""

signal moved
signal grabbed(what, weight: float)
signal dropped(
	what: Node, # and a comment
	at: Vector2,
)

enum { NORTH, EAST = 4, SOUTH, }
enum Load {
	NONE, # nothing
	LIGHT = 1 << 2,
	HEAVY = LIGHT + 3
}
enum Empty {}

const LIMIT = 12
const NAME: String = "crane"
const RATIO := 1.5
const SPACED : = 2
const Pulley = preload("res://pulley.gd")

var plain
var typed: int
var inferred := PackedByteArray()
var both : float = 2.0
var chained: Crane.Hook.Tip
var list: Array[Vector2i] = []
var table: Dictionary[String, Array] = {}
static var count := 0
static var other: int

@export var shown: int
@export_range(0, 10, 0.5, "or_greater") var slider := 1.0
@export
@onready
var later: Node = $Later
@onready var first := %First as Node2D
@export_group("Speed", "speed_")
@export var speed_low: float
@export_subgroup("")
@warning_ignore("unused_private_class_variable") @export var _hidden: int

func _init(a, b := 2, c: int = a + 1) -> void:
	pass

static func make(kind: String, ...rest: Array) -> Crane: return null

func inferred_default(a := 1, b: = 2) -> Array[int]:
	return [a, b]

func match(when: int): return when

class Hook extends Node:
	class Tip:
		extends RefCounted
		var sharp = true
	func tip() -> Tip: return Tip.new()

class Bare: pass
class Short: var x = 1
class Longer extends Crane.Hook:
	func _init(): super()
	pass

@abstract class Shape:
	@abstract func area() -> float
	@abstract
	func name(long: bool)

@rpc("any_peer", "call_local", "reliable", 1)
func shout(what): print(what)
