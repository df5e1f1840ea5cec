@tool
extends VBoxContainer
## Dock that lists likely mistakes in the edited scene; clicking an entry selects the node.

signal node_selected(node: Node)

enum Severity { HINT, WARNING, ERROR }

var _tree := Tree.new()
var _summary := Label.new()


class Finding:
	var node: Node
	var severity: Severity
	var message: String

	func _init(where: Node, how_bad: Severity, what: String) -> void:
		node = where
		severity = how_bad
		message = what


func _init() -> void:
	add_child(_summary)
	_tree.size_flags_vertical = Control.SIZE_EXPAND_FILL
	_tree.hide_root = true
	_tree.columns = 2
	_tree.item_selected.connect(_on_item_selected)
	add_child(_tree)


## Runs all rules on `root` and every node below it and refills the list, worst findings first.
func audit(root: Node) -> void:
	_tree.clear()
	var tree_root := _tree.create_item()
	var findings := collect(root)
	findings.sort_custom(func(a: Finding, b: Finding) -> bool: return a.severity > b.severity)
	for finding in findings:
		var item := _tree.create_item(tree_root)
		item.set_text(0, finding.node.name)
		item.set_text(1, finding.message)
		item.set_custom_color(1, _color_of(finding.severity))
		item.set_metadata(0, finding.node)
	_summary.text = "%d findings" % findings.size()


## Findings for the whole scene without showing them; empty for a missing scene.
static func collect(root: Node) -> Array[Finding]:
	var out: Array[Finding] = []
	if root == null:
		return out
	var count := 0
	var pending: Array[Node] = [root]
	while not pending.is_empty():
		var node: Node = pending.pop_back()
		count += 1
		_check(node, out)
		# Instanced scenes are audited on their own, their insides are not listed here.
		if node == root or node.scene_file_path.is_empty():
			pending.append_array(node.get_children())
	var limit: int = ProjectSettings.get_setting("workbench/audit/max_nodes", 500)
	if count > limit:
		out.append(Finding.new(root, Severity.HINT, "%d nodes, more than %d" % [count, limit]))
	return out


# Appends what is wrong with one node: its own configuration warnings, missing shapes, unevenly
# scaled physics bodies and empty textures.
static func _check(node: Node, out: Array[Finding]) -> void:
	if node.has_method(&"_get_configuration_warnings"):
		for warning: String in node.call(&"_get_configuration_warnings"):
			out.append(Finding.new(node, Severity.WARNING, warning))
	if node is CollisionShape2D and (node as CollisionShape2D).shape == null:
		out.append(Finding.new(node, Severity.ERROR, "collision shape has no shape"))
	var body := node as CollisionObject2D
	if body != null and not is_equal_approx(absf(body.scale.x), absf(body.scale.y)):
		out.append(Finding.new(node, Severity.WARNING, "physics object with uneven scale"))
	if node is TextureRect and (node as TextureRect).texture == null:
		out.append(Finding.new(node, Severity.HINT, "texture is empty"))


func _color_of(severity: Severity) -> Color:
	match severity:
		Severity.ERROR:
			return Color.TOMATO
		Severity.WARNING:
			return Color.GOLD
		_:
			return Color.LIGHT_GRAY


func _on_item_selected() -> void:
	var node: Variant = _tree.get_selected().get_metadata(0)
	if is_instance_valid(node):
		node_selected.emit(node)
