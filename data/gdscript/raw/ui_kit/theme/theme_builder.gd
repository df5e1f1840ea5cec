class_name ThemeBuilder
extends RefCounted
## Derives a complete Theme from three colours, including a high-contrast variant.

const CORNER := 6
const MIN_CONTRAST := 4.5

var accent := Color("4f9dde")
var surface := Color("1d2027")
var text := Color("e8eaf0")


## Builds the theme for buttons, panels, labels, sliders and text fields.
func build(font_size: int = 16) -> Theme:
	var theme := Theme.new()
	theme.default_font_size = font_size
	_add_button(theme)
	theme.set_stylebox(&"panel", &"PanelContainer", _box(surface, 12.0))
	theme.set_color(&"font_color", &"Label", readable_on(surface))
	theme.set_stylebox(&"normal", &"LineEdit", _box(surface.darkened(0.3), 8.0))
	theme.set_stylebox(&"focus", &"LineEdit", _outline(accent))
	theme.set_color(&"font_color", &"LineEdit", readable_on(surface.darkened(0.3)))
	theme.set_stylebox(&"slider", &"HSlider", _box(surface.lightened(0.15), 3.0))
	theme.set_stylebox(&"grabber_area", &"HSlider", _box(accent, 3.0))
	return theme


## Same colours pushed apart until everything passes the contrast minimum.
func high_contrast() -> ThemeBuilder:
	var out := ThemeBuilder.new()
	out.surface = Color.BLACK
	out.text = Color.WHITE
	out.accent = accent
	while contrast(out.accent, out.surface) < MIN_CONTRAST:
		out.accent = out.accent.lightened(0.1)
	return out


## Text colour for a background: the theme's own text colour if it is readable, else black or white.
func readable_on(background: Color) -> Color:
	if contrast(text, background) >= MIN_CONTRAST:
		return text
	var dark_wins := contrast(Color.BLACK, background) > contrast(Color.WHITE, background)
	return Color.BLACK if dark_wins else Color.WHITE


## WCAG contrast ratio between two colours, from 1 (equal) to 21 (black on white).
static func contrast(a: Color, b: Color) -> float:
	var first := a.srgb_to_linear().get_luminance()
	var second := b.srgb_to_linear().get_luminance()
	return (maxf(first, second) + 0.05) / (minf(first, second) + 0.05)


func _add_button(theme: Theme) -> void:
	theme.set_stylebox(&"normal", &"Button", _box(surface.lightened(0.1), 10.0))
	theme.set_stylebox(&"hover", &"Button", _box(surface.lightened(0.2), 10.0))
	theme.set_stylebox(&"pressed", &"Button", _box(accent, 10.0))
	theme.set_stylebox(&"focus", &"Button", _outline(accent))
	theme.set_color(&"font_color", &"Button", readable_on(surface.lightened(0.1)))
	theme.set_color(&"font_pressed_color", &"Button", readable_on(accent))


func _box(color: Color, margin: float) -> StyleBoxFlat:
	var style := StyleBoxFlat.new()
	style.bg_color = color
	style.set_corner_radius_all(CORNER)
	style.set_content_margin_all(margin)
	return style


func _outline(color: Color) -> StyleBoxFlat:
	var style := StyleBoxFlat.new()
	style.draw_center = false
	style.border_color = color
	style.set_border_width_all(2)
	style.set_corner_radius_all(CORNER)
	style.set_expand_margin_all(2.0)
	return style
