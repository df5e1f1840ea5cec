package gdscript

// newOnly are names of Godot 4 that stand for what Godot 3 had not, or had in another shape.
var newOnly = set(
	"Vector2i", "Vector3i", "Vector4", "Vector4i", "Rect2i", "Projection", "Callable", "Signal", "FileAccess", "DirAccess", "DisplayServer",
	"PackedFloat64Array", "PackedInt64Array", "randi_range", "randfn", "is_same", "print_rich", "TileMapLayer", "RenderingServer", "NavigationServer2D",
	"NavigationServer3D", "PhysicsServer2D", "PhysicsServer3D", "EditorInterface", "EngineDebugger", "WorkerThreadPool", "type_string", "Window",
	"AudioStreamPlaybackPolyphonic", "MultiplayerSynchronizer", "MultiplayerSpawner", "multiplayer", "MultiplayerPeer", "ENetMultiplayerPeer",
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, name := range names {
		m[name] = true
	}
	return m
}

// oldNames are classes, functions and constants of Godot 4 with their names in Godot 3.5, where the rest of them is alike. The
// source is the engine's own list for the conversion of projects.
var oldNames = map[string]string{
	"Node3D": "Spatial", "CharacterBody2D": "KinematicBody2D", "CharacterBody3D": "KinematicBody", "RigidBody3D": "RigidBody", "StaticBody3D": "StaticBody",
	"PhysicsBody3D": "PhysicsBody", "Area3D": "Area", "Camera3D": "Camera", "Sprite2D": "Sprite", "AnimatedSprite2D": "AnimatedSprite",
	"MeshInstance3D": "MeshInstance", "MultiMeshInstance3D": "MultiMeshInstance", "CollisionShape3D": "CollisionShape", "CollisionObject3D": "CollisionObject",
	"RayCast3D": "RayCast", "Path3D": "Path", "PathFollow3D": "PathFollow", "Marker2D": "Position2D", "Marker3D": "Position3D", "Skeleton3D": "Skeleton",
	"DirectionalLight3D": "DirectionalLight", "OmniLight3D": "OmniLight", "SpotLight3D": "SpotLight", "Light3D": "Light", "PointLight2D": "Light2D",
	"GPUParticles2D": "Particles2D", "GPUParticles3D": "Particles", "CPUParticles3D": "CPUParticles", "VisibleOnScreenNotifier2D": "VisibilityNotifier2D",
	"VisibleOnScreenNotifier3D": "VisibilityNotifier", "World3D": "World", "Joint3D": "Joint", "HingeJoint3D": "HingeJoint", "BoxShape3D": "BoxShape",
	"SphereShape3D": "SphereShape", "CapsuleShape3D": "CapsuleShape", "VehicleBody3D": "VehicleBody", "Transform3D": "Transform", "Quaternion": "Quat",
	"PackedByteArray": "PoolByteArray", "PackedStringArray": "PoolStringArray", "PackedVector2Array": "PoolVector2Array", "PackedVector3Array": "PoolVector3Array",
	"PackedColorArray": "PoolColorArray", "PackedInt32Array": "PoolIntArray", "PackedFloat32Array": "PoolRealArray", "RefCounted": "Reference",
	"Texture2D": "Texture", "CompressedTexture2D": "StreamTexture", "GDExtension": "NativeScript", "StandardMaterial3D": "SpatialMaterial",
	"AudioStreamWAV": "AudioStreamSample", "BoxMesh": "CubeMesh",

	"randf_range": "rand_range", "deg_to_rad": "deg2rad", "rad_to_deg": "rad2deg", "linear_to_db": "linear2db", "db_to_linear": "db2linear",
	"snapped": "stepify", "snappedf": "stepify", "lerpf": "lerp", "clampf": "clamp", "clampi": "clamp", "maxf": "max", "maxi": "max", "minf": "min",
	"mini": "min", "absf": "abs", "absi": "abs", "signf": "sign", "signi": "sign", "str_to_var": "str2var", "var_to_str": "var2str",
	"bytes_to_var": "bytes2var", "var_to_bytes": "var2bytes", "remap": "range_lerp", "add_theme_color_override": "add_color_override",

	"MOUSE_BUTTON_LEFT": "BUTTON_LEFT", "MOUSE_BUTTON_RIGHT": "BUTTON_RIGHT", "MOUSE_BUTTON_MIDDLE": "BUTTON_MIDDLE",
	"MOUSE_BUTTON_WHEEL_UP": "BUTTON_WHEEL_UP", "MOUSE_BUTTON_WHEEL_DOWN": "BUTTON_WHEEL_DOWN",
	"NOTIFICATION_WM_CLOSE_REQUEST": "NOTIFICATION_WM_QUIT_REQUEST",
}

// oldMembers are members whose names nothing else in Godot 4 has.
var oldMembers = map[string]string{
	"instantiate": "instance", "change_scene_to_file": "change_scene", "change_scene_to_packed": "change_scene_to", "is_empty": "empty",
	"keycode": "scancode", "physical_keycode": "physical_scancode", "add_theme_color_override": "add_color_override",
	"add_theme_font_override": "add_font_override", "add_theme_stylebox_override": "add_stylebox_override", "add_theme_constant_override": "add_constant_override",
	"get_theme_color": "get_color", "get_theme_font": "get_font", "get_theme_stylebox": "get_stylebox", "get_theme_constant": "get_constant",
	"custom_minimum_size": "rect_min_size", "pivot_offset": "rect_pivot_offset", "button_pressed": "pressed",
	"apply_central_force": "add_central_force",
	"get_parent_node_3d":  "get_parent_spatial", "to_utf8_buffer": "to_utf8", "to_ascii_buffer": "to_ascii",
}
