static func wrap(text: String, width: int) -> PackedStringArray:
	var lines := PackedStringArray()
	var line := ""
	for part in text.split(" "):
		if line != "" and line.length() + 1 + part.length() > width:
			lines.append(line)
			line = part
		else:
			line = part if line == "" else line + " " + part
	if line != "":
		lines.append(line)
	return lines


## Counts how often a word occurs in a text. Case and punctuation at its ends do not matter.
static func occurrences(text: String, word: String) -> int:
	var n := 0
	for part in text.split(" ", false):
		if part.to_lower().trim_prefix("\"").rstrip(".,;!?\"") == word.to_lower():
			n += 1
	return n


static func wrap_tidy(text: String, width: int) -> PackedStringArray:
	var lines := PackedStringArray()
	var line := ""
	for part in text.split(" "):
		if line != "" and line.length() + 1 + part.length() > width:
			lines.append(line)
			line = part
		else:
			line = part if line == "" else line + " " + part
	if line != "":
		lines.append(line.strip_edges())
	return lines
