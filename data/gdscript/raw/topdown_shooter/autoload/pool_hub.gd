extends Node
## Keeps pools of reusable nodes, one per PackedScene, so bullets and sparks never hitch a frame.
##
## Pooled scenes may implement `on_acquired()` and `on_released()` to reset their own state.

const META_POOL_KEY := &"pool_scene_path"
const DEFAULT_LIMIT := 256

var _idle: Dictionary[String, Array] = {}
var _scenes: Dictionary[String, PackedScene] = {}
var _limits: Dictionary[String, int] = {}
var _live_count: Dictionary[String, int] = {}


## Instantiates `count` copies of `scene` ahead of time and parks them in the pool.
## `limit` caps how many idle copies are kept once they come back.
func prewarm(scene: PackedScene, count: int, limit: int = DEFAULT_LIMIT) -> void:
	var key := scene.resource_path
	_scenes[key] = scene
	_limits[key] = limit
	var bucket := _bucket(key)
	while bucket.size() < mini(count, limit):
		bucket.append(_build(key))


## Takes an idle instance of `scene`, or builds one if the pool is dry, and adds it under `parent`.
## The node is visible, processing and already inside the tree when this returns.
func acquire(scene: PackedScene, parent: Node) -> Node:
	var key := scene.resource_path
	if not _scenes.has(key):
		_scenes[key] = scene
		_limits[key] = DEFAULT_LIMIT
	var bucket := _bucket(key)
	var node: Node = null
	while node == null and not bucket.is_empty():
		var candidate: Variant = bucket.pop_back()
		if is_instance_valid(candidate):
			node = candidate
	if node == null:
		node = _build(key)
	_live_count[key] = live_count(scene) + 1
	parent.add_child(node)
	node.process_mode = Node.PROCESS_MODE_INHERIT
	if node is CanvasItem:
		(node as CanvasItem).show()
	if node.has_method(&"on_acquired"):
		node.call(&"on_acquired")
	return node


## Returns a pooled node. Safe to call from physics callbacks: the reparenting is deferred.
## Nodes that did not come from a pool are simply freed.
func release(node: Node) -> void:
	if not node.has_meta(META_POOL_KEY):
		node.queue_free()
		return
	_park.call_deferred(node)


## Number of instances of `scene` that are currently handed out.
func live_count(scene: PackedScene) -> int:
	return _live_count.get(scene.resource_path, 0)


## Frees every idle instance; call it between levels to give the memory back.
func drain() -> void:
	for bucket: Array in _idle.values():
		for node: Variant in bucket:
			if is_instance_valid(node):
				(node as Node).free()
		bucket.clear()


# Takes the node out of the tree and keeps it for reuse, or frees it when the pool is full.
func _park(node: Node) -> void:
	if not is_instance_valid(node) or node.get_parent() == null:
		return
	var key: String = node.get_meta(META_POOL_KEY)
	node.get_parent().remove_child(node)
	_live_count[key] = maxi(0, _live_count.get(key, 0) - 1)
	var bucket := _bucket(key)
	if bucket.size() >= _limits[key]:
		node.queue_free()
		return
	if node.has_method(&"on_released"):
		node.call(&"on_released")
	node.process_mode = Node.PROCESS_MODE_DISABLED
	bucket.append(node)


func _build(key: String) -> Node:
	var node := _scenes[key].instantiate()
	node.set_meta(META_POOL_KEY, key)
	return node


func _bucket(key: String) -> Array:
	if not _idle.has(key):
		_idle[key] = []
	return _idle[key]
