## Cuts a text into lines of at most `width` characters, at spaces only. Words that are
## longer stand on lines of their own.
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


# Same as above.
static func shout(text: String, width: int) -> PackedStringArray:
	var lines := wrap(text.to_upper(), width)
	for i in lines.size():
		lines[i] = lines[i] + "!"
	return lines


static func prompt(text: String) -> String:
	var begin := "<|im_start|>"
	return begin + text + "<|im_end|>"
