@tool
class_name FencePath
extends Path3D
## Repeats a mesh along a path with a MultiMesh, for fences, rails and pipes.

@export var mesh: Mesh:
	set(value):
		mesh = value
		_mark_dirty()
@export_range(0.1, 50.0, 0.05, "suffix:m") var segment_length := 2.0:
	set(value):
		segment_length = value
		_mark_dirty()
@export_range(0.0, 15.0, 0.1, "degrees") var wobble := 0.0:
	set(value):
		wobble = value
		_mark_dirty()
@export var stretch_to_fit := true

var _instance: MultiMeshInstance3D
var _dirty := false


func _ready() -> void:
	_instance = MultiMeshInstance3D.new()
	add_child(_instance, false, Node.INTERNAL_MODE_BACK)
	curve_changed.connect(_mark_dirty)
	_mark_dirty()


## Transforms of all segments along the baked curve, each aligned with the chord it spans.
## When stretching, segments are scaled along Z so that the last one ends exactly at the path's end.
func segment_transforms() -> Array[Transform3D]:
	var out: Array[Transform3D] = []
	var length := curve.get_baked_length()
	if length < 0.01:
		return out
	var count := maxi(1, roundi(length / segment_length))
	var used := length / count if stretch_to_fit else segment_length
	var rng := RandomNumberGenerator.new()
	rng.seed = 7
	for i in count:
		var from := curve.sample_baked(i * used)
		var to := curve.sample_baked(minf((i + 1) * used, length))
		if from.is_equal_approx(to):
			continue
		var facing := Basis.looking_at(to - from, Vector3.UP)
		facing = facing.rotated(facing.z, deg_to_rad(rng.randf_range(-wobble, wobble)))
		var stretch := Basis.from_scale(Vector3(1.0, 1.0, used / segment_length))
		out.append(Transform3D(facing * stretch, from))
	return out


func _mark_dirty() -> void:
	if _dirty or not is_inside_tree():
		return
	_dirty = true
	_rebuild.call_deferred()


# Fills a fresh MultiMesh with one instance per segment; without mesh or curve nothing is drawn.
func _rebuild() -> void:
	_dirty = false
	if mesh == null or curve == null:
		_instance.multimesh = null
		return
	var transforms := segment_transforms()
	var multimesh := MultiMesh.new()
	multimesh.transform_format = MultiMesh.TRANSFORM_3D
	multimesh.mesh = mesh
	multimesh.instance_count = transforms.size()
	for i in transforms.size():
		multimesh.set_instance_transform(i, transforms[i])
	_instance.multimesh = multimesh
