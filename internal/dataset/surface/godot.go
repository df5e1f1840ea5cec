package surface

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The schema of extension_api.json, as far as it is read.
type godotFile struct {
	Header struct {
		Major  int    `json:"version_major"`
		Minor  int    `json:"version_minor"`
		Patch  int    `json:"version_patch"`
		Status string `json:"version_status"`
	} `json:"header"`
	Constants  []godotValue  `json:"global_constants"`
	Enums      []godotEnum   `json:"global_enums"`
	Functions  []godotMethod `json:"utility_functions"`
	Builtin    []godotClass  `json:"builtin_classes"`
	Classes    []godotClass  `json:"classes"`
	Singletons []godotValue  `json:"singletons"`
	Native     []godotValue  `json:"native_structures"`
}

type godotClass struct {
	Name       string        `json:"name"`
	Inherits   string        `json:"inherits"`
	Brief      string        `json:"brief_description"`
	Keyed      bool          `json:"is_keyed"`
	Methods    []godotMethod `json:"methods"`
	Properties []godotValue  `json:"properties"`
	Members    []godotValue  `json:"members"`
	Signals    []godotMethod `json:"signals"`
	Constants  []godotValue  `json:"constants"`
	Enums      []godotEnum   `json:"enums"`
}

type godotMethod struct {
	Name       string     `json:"name"`
	ReturnType string     `json:"return_type"`
	Return     godotValue `json:"return_value"`
	Arguments  []godotArg `json:"arguments"`
	Vararg     bool       `json:"is_vararg"`
	Doc        string     `json:"description"`
}

type godotArg struct {
	Name    string  `json:"name"`
	Type    string  `json:"type"`
	Default *string `json:"default_value"`
}

type godotValue struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Getter string `json:"getter"`
	Setter string `json:"setter"`
	Doc    string `json:"description"`
}

type godotEnum struct {
	Name   string       `json:"name"`
	Values []godotValue `json:"values"`
}

// readGodotJSON takes in an extension_api.json. The decoder of the standard library bounds the depth.
func (s *Surface) readGodotJSON(data []byte) error {
	var f godotFile
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("it is not an extension_api.json: %w", err)
	}
	if len(f.Classes) == 0 || f.Header.Major == 0 {
		return errors.New("it is not an extension_api.json: it has no header with a version, or no classes; write one with godot --dump-extension-api-with-docs")
	}
	s.versions = append(s.versions, fmt.Sprintf("Godot %d.%d.%d %s", f.Header.Major, f.Header.Minor, f.Header.Patch, f.Header.Status))
	for i := range f.Builtin {
		s.addGodotClass(&f.Builtin[i], true)
	}
	for i := range f.Classes {
		s.addGodotClass(&f.Classes[i], false)
	}
	for _, v := range f.Singletons {
		s.globals[v.Name] = v.Type
	}
	for _, v := range f.Constants {
		s.add(Symbol{Name: v.Name, Kind: kindConstant, Type: "int", Signature: v.Name, Doc: plain(v.Doc)})
	}
	for _, v := range f.Native {
		s.add(Symbol{Name: v.Name, Kind: kindType, Signature: "struct " + v.Name})
	}
	s.addGodotEnums("", f.Enums)
	for i := range f.Functions {
		s.addGodotMethod("", &f.Functions[i], kindFunction)
	}
	return nil
}

func (s *Surface) addGodotClass(g *godotClass, builtin bool) {
	c := s.class(g.Name, g.Inherits)
	c.builtin, c.open = builtin, c.open || builtin && g.Keyed
	signature := "class " + g.Name
	if g.Inherits != "" {
		signature += " extends " + g.Inherits
	}
	s.add(Symbol{Name: g.Name, Kind: kindClass, Type: g.Name, Signature: signature, Doc: plain(g.Brief)})
	for i := range g.Methods {
		s.addGodotMethod(g.Name, &g.Methods[i], kindMethod)
	}
	for i := range g.Signals {
		s.addGodotMethod(g.Name, &g.Signals[i], kindSignal)
	}
	for _, v := range append(g.Properties, g.Members...) {
		s.add(Symbol{Name: v.Name, Owner: g.Name, Kind: kindProperty, Type: godotType(v.Type), Signature: v.Name + ": " + godotType(v.Type), Doc: plain(v.Doc)})
		for _, accessor := range []string{v.Getter, v.Setter} {
			if accessor != "" && s.member(g.Name, accessor) == nil {
				s.add(Symbol{Name: accessor, Owner: g.Name, Kind: kindMethod, Signature: accessor + "()"})
			}
		}
	}
	for _, v := range g.Constants {
		s.add(Symbol{Name: v.Name, Owner: g.Name, Kind: kindConstant, Type: godotType(v.Type), Signature: g.Name + "." + v.Name, Doc: plain(v.Doc)})
	}
	s.addGodotEnums(g.Name, g.Enums)
}

func (s *Surface) addGodotEnums(owner string, enums []godotEnum) {
	for _, e := range enums {
		name := e.Name[strings.LastIndexByte(e.Name, '.')+1:]
		s.add(Symbol{Name: name, Owner: owner, Kind: kindEnum, Signature: "enum " + name})
		for _, v := range e.Values {
			s.add(Symbol{Name: v.Name, Owner: owner, Kind: kindConstant, Type: "int", Signature: joinOwner(owner, v.Name), Doc: plain(v.Doc)})
			if c := s.classes[name]; c == nil && owner == "" {
				s.class(name, "").open = true // Key.KEY_A as well as KEY_A
			}
		}
	}
}

func joinOwner(owner, name string) string {
	if owner == "" {
		return name
	}
	return owner + "." + name
}

func (s *Surface) addGodotMethod(owner string, m *godotMethod, kind string) {
	var args []string
	for _, a := range m.Arguments {
		arg := a.Name + ": " + godotType(a.Type)
		if a.Default != nil && *a.Default != "" {
			arg += " = " + *a.Default
		}
		args = append(args, arg)
	}
	if m.Vararg {
		args = append(args, "...")
	}
	returns := godotType(m.ReturnType + m.Return.Type)
	signature := m.Name + "(" + strings.Join(args, ", ") + ")"
	switch {
	case kind == kindSignal:
		signature, returns = "signal "+signature, "Signal"
	case returns != "":
		signature += " -> " + returns
	}
	s.add(Symbol{Name: m.Name, Owner: owner, Kind: kind, Type: returns, Signature: signature, Doc: plain(m.Doc)})
}

// godotType shortens the name of a type to what can be looked up.
func godotType(t string) string {
	switch kind, rest, ok := strings.Cut(t, "::"); {
	case !ok:
		return t
	case kind == "typedarray":
		return "Array"
	case kind == "typeddictionary":
		return "Dictionary"
	case kind == "enum" || kind == "bitfield":
		return "int"
	default:
		return rest
	}
}

// The schema of Godot's class XML.
type godotXML struct {
	XMLName  xml.Name
	Name     string `xml:"name,attr"`
	Inherits string `xml:"inherits,attr"`
	Version  string `xml:"version,attr"`
	Brief    string `xml:"brief_description"`
	Methods  []struct {
		Name       string `xml:"name,attr"`
		Qualifiers string `xml:"qualifiers,attr"`
		Return     struct {
			Type string `xml:"type,attr"`
		} `xml:"return"`
		Params []struct {
			Name    string  `xml:"name,attr"`
			Type    string  `xml:"type,attr"`
			Default *string `xml:"default,attr"`
		} `xml:"param"`
		Doc string `xml:"description"`
	} `xml:"methods>method"`
	Members   []xmlValue `xml:"members>member"`
	Signals   []xmlValue `xml:"signals>signal"`
	Constants []xmlValue `xml:"constants>constant"`
	Theme     []xmlValue `xml:"theme_items>theme_item"`
}

type xmlValue struct {
	Name   string `xml:"name,attr"`
	Type   string `xml:"type,attr"`
	Enum   string `xml:"enum,attr"`
	Getter string `xml:"getter,attr"`
	Setter string `xml:"setter,attr"`
	Doc    string `xml:",chardata"`
}

// mostXMLDepth bounds the nesting of a file before it is decoded; the class XML of the engine has 5 levels.
const mostXMLDepth = 32

// checkXMLDepth refuses what would nest too deep. The decoder of the standard library expands no entities of a document.
func checkXMLDepth(data []byte) error {
	d := xml.NewDecoder(strings.NewReader(string(data)))
	for depth := 0; ; {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > mostXMLDepth {
			return fmt.Errorf("elements are nested deeper than %d", mostXMLDepth)
		}
	}
}

// readGodotXML takes in the description of one class.
func (s *Surface) readGodotXML(data []byte) error {
	var f godotXML
	err := checkXMLDepth(data)
	if err == nil {
		err = xml.Unmarshal(data, &f)
	}
	if err == nil && (f.XMLName.Local != "class" || f.Name == "") {
		err = errors.New("the root is not a class with a name")
	}
	if err != nil {
		return fmt.Errorf("it is not the XML of a Godot class: %w", err)
	}
	if v := "Godot " + f.Version; f.Version != "" && !slices.Contains(s.versions, v) {
		s.versions = append(s.versions, v)
	}
	g := godotClass{Name: f.Name, Inherits: f.Inherits, Brief: f.Brief}
	for _, m := range f.Methods {
		method := godotMethod{Name: m.Name, ReturnType: m.Return.Type, Vararg: strings.Contains(m.Qualifiers, "vararg"), Doc: m.Doc}
		for _, p := range m.Params {
			method.Arguments = append(method.Arguments, godotArg{p.Name, p.Type, p.Default})
		}
		g.Methods = append(g.Methods, method)
	}
	enums := map[string]bool{}
	for _, v := range f.Members {
		g.Properties = append(g.Properties, godotValue{v.Name, v.Type, v.Getter, v.Setter, v.Doc})
	}
	for _, v := range f.Signals {
		g.Signals = append(g.Signals, godotMethod{Name: v.Name, Doc: v.Doc})
	}
	for _, v := range f.Constants {
		g.Constants = append(g.Constants, godotValue{Name: v.Name, Type: v.Type, Doc: v.Doc})
		if v.Enum != "" && !enums[v.Enum] {
			enums[v.Enum] = true
			g.Enums = append(g.Enums, godotEnum{Name: v.Enum})
		}
	}
	s.addGodotXMLClass(&g)
	return nil
}

// addGodotXMLClass adds a class, or the functions and constants of the scopes that the documentation writes with an @.
func (s *Surface) addGodotXMLClass(g *godotClass) {
	if !strings.HasPrefix(g.Name, "@") {
		s.addGodotClass(g, g.Inherits == "" && g.Name != "Object")
		return
	}
	for i := range g.Methods {
		s.addGodotMethod("", &g.Methods[i], kindFunction)
	}
	for _, v := range g.Constants {
		s.add(Symbol{Name: v.Name, Kind: kindConstant, Type: "int", Signature: v.Name, Doc: plain(v.Doc)})
	}
	for _, v := range g.Properties {
		s.globals[v.Name] = v.Type // the singletons
	}
	s.addGodotEnums("", g.Enums)
}
