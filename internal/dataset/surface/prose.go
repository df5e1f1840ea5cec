package surface

import (
	"regexp"
	"slices"
	"strings"
)

var (
	fence      = regexp.MustCompile("(?s)```[^\n]*\n(.*?)(?:```|$)")
	backticks  = regexp.MustCompile("`([^`\n]+)`")
	proseWord  = regexp.MustCompile(`[\pL_$@%][\pL\pN_]*(?:(?:\.|::|->|:)[\pL_][\pL\pN_]*)*(?:\(\))?`)
	quotedText = regexp.MustCompile(`"[^"\n]*"|'[^'\n]*'`)
	name       = regexp.MustCompile(`[\pL_][\pL\pN_]*`)
	fileName   = regexp.MustCompile(`(?i)\.(?:lua|gd|c|cc|cpp|h|hpp|hxx|inl|tscn|tres|res|png|svg|wav|ogg|json|jsonl|cfg|ini|xml|txt|md|ya?ml|toml|gdextension|godot|shader|gdshader|glb|gltf|exe|dll|so|dylib)$`)
)

// ordinary are words that look like code in prose and name no code.
var ordinary = words(`GDScript GDExtension GDNative OpenGL WebGL DirectX OpenAL JavaScript TypeScript GitHub GitLab MacOS macOS iOS iPhone
	iPad YouTube PowerShell LaTeX LuaJIT LuaRocks MySQL PostgreSQL SQLite MongoDB LinkedIn WiFi README TODO FIXME NOTE ASCII UTF8 eBook
	FLECS Flecs flecs Avorion Godot Lua lua GDScript2 NaN NaNs i.e e.g etc vs a.k.a ie eg IDs URLs APIs NPCs UIs FPS RPG GUIs AIs PCs HUDs
	and/or true false nil null none None NULL self this int float bool double void char string table number boolean function array
	integer userdata thread uint32 int32 uint64 int64 std godot ecs`)

// longestInstruction bounds what is read of an instruction, in bytes.
const longestInstruction = 1 << 20

// Ungrounded lists the identifiers of an instruction that are in neither the code, nor the context, nor the surface: those in
// backticks, and words of the prose that are written as only code is. Each is listed once, in the order of the instruction.
// Without an API, what is in neither code nor context is ungrounded even if it is the API's.
func (s *Surface) Ungrounded(instruction, code string, context []string) []string {
	instruction = instruction[:min(len(instruction), longestInstruction)]
	given := map[string]bool{}
	for _, text := range append([]string{code}, context...) {
		for _, n := range name.FindAllString(text, -1) {
			given[n] = true
		}
	}
	var missing []string
	for _, word := range s.codeWords(instruction) {
		for _, n := range name.FindAllString(word, -1) {
			if !given[n] && !ordinary[n] && !s.knownPart(n) && len(n) > 1 && !slices.Contains(missing, n) {
				missing = append(missing, n)
			}
		}
	}
	return missing
}

// codeWords lists what is code in an instruction. Comments, strings and file names are not.
func (s *Surface) codeWords(instruction string) []string {
	var found []string
	prose := fence.ReplaceAllStringFunc(instruction, func(block string) string {
		for _, t := range lex(s.language(), fence.FindStringSubmatch(block)[1]).tokens {
			if t.kind == identifier {
				found = append(found, t.text)
			}
		}
		return "\n"
	})
	prose = backticks.ReplaceAllStringFunc(prose, func(span string) string {
		span = quotedText.ReplaceAllString(strings.Trim(span, "`"), " ")
		for _, w := range strings.Fields(span) {
			if w = strings.Trim(w, ".,:;!?"); !isFile(w) {
				found = append(found, w)
			}
		}
		return " "
	})
	for _, w := range proseWord.FindAllString(quotedText.ReplaceAllString(prose, " "), -1) {
		if codeShaped(w) && !isFile(w) {
			found = append(found, w)
		}
	}
	return found
}

// language is the language of a domain's code.
func (s *Surface) language() string {
	switch s.domain {
	case Avorion:
		return Lua
	case GDScript:
		return Godot
	}
	return CPlusPlus
}

// isFile reports whether a word names a file or a place.
func isFile(word string) bool {
	return fileName.MatchString(word) || strings.Contains(word, "://") || strings.HasPrefix(word, "--") || strings.Count(word, "/") > 0
}

// codeShaped reports whether a word of prose is written as only code is: with an underscore inside, a capital after a small
// letter, parts joined by :: or ->, or as a call.
func codeShaped(word string) bool {
	if ordinary[word] {
		return false
	}
	if strings.HasSuffix(word, "()") || strings.Contains(word, "::") || strings.Contains(word, "->") {
		return true
	}
	for i := 1; i+1 < len(word); i++ {
		if word[i] == '_' && word[i-1] != ' ' || isLower(word[i-1]) && isUpper(word[i]) {
			return true
		}
	}
	return false
}
