@tool
extends EditorScript
## Renames the selected nodes to PascalCase and numbers duplicates. Run with Ctrl+Shift+X.

const PREFIXES_TO_DROP: Array[String] = ["btn", "lbl", "spr", "col"]


# Gives every selected node its clean name, with a number appended from the second use on.
func _run() -> void:
	var nodes := EditorInterface.get_selection().get_selected_nodes()
	if nodes.is_empty():
		print("Select the nodes to rename first.")
		return
	var taken: Dictionary[String, int] = {}
	for node in nodes:
		var wanted := clean(node.name)
		var number: int = taken.get(wanted, 0) + 1
		taken[wanted] = number
		var final_name := wanted if number == 1 else "%s%d" % [wanted, number]
		print("%s -> %s" % [node.name, final_name])
		node.name = final_name
	EditorInterface.mark_scene_as_unsaved()


## PascalCase version of `raw` without Hungarian prefixes and trailing copy numbers:
## "btn_start_game2" becomes "StartGame".
static func clean(raw: String) -> String:
	var base := raw.rstrip("0123456789")
	var words := base.to_snake_case().split("_", false)
	if words.size() > 1 and words[0] in PREFIXES_TO_DROP:
		words.remove_at(0)
	return "_".join(words).to_pascal_case()
