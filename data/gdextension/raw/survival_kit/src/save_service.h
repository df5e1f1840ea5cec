#ifndef SURVIVAL_SAVE_SERVICE_H
#define SURVIVAL_SAVE_SERVICE_H

#include <godot_cpp/classes/object.hpp>
#include <godot_cpp/core/class_db.hpp>
#include <godot_cpp/templates/local_vector.hpp>
#include <godot_cpp/variant/callable.hpp>
#include <godot_cpp/variant/dictionary.hpp>
#include <godot_cpp/variant/packed_string_array.hpp>

namespace survival {

// Engine singleton "SaveService". Systems of the game register a pair of functions
// for a section; saving asks all of them for their data, loading hands it back.
class SaveService : public godot::Object {
	GDCLASS(SaveService, godot::Object)

	static SaveService *singleton;

	struct Section {
		godot::StringName name;
		godot::Callable collect; // () -> Variant
		godot::Callable apply; // (Variant) -> void
	};

	godot::LocalVector<Section> sections;
	godot::String directory = "user://saves";

	godot::String _path_of(const godot::String &p_slot) const;
	godot::Error _write(const godot::String &p_path, const godot::String &p_text) const;
	godot::Error _read(const godot::String &p_path, godot::Dictionary &r_data) const;
	godot::Dictionary _migrate(godot::Dictionary p_data) const;

protected:
	static void _bind_methods();

public:
	// Version of the layout of a save file, raised whenever it changes. _migrate
	// knows how to read all earlier ones.
	static constexpr int FORMAT = 2;

	static SaveService *get_singleton() { return singleton; }

	SaveService();
	~SaveService();

	void add_section(const godot::StringName &p_name, const godot::Callable &p_collect, const godot::Callable &p_apply);
	void remove_section(const godot::StringName &p_name);

	// Slots are named by the player. Names that are no valid file names fail with
	// ERR_INVALID_PARAMETER.
	godot::Error save(const godot::String &p_slot);
	godot::Error load(const godot::String &p_slot);
	godot::Error erase(const godot::String &p_slot);
	godot::PackedStringArray list() const;
};

} // namespace survival

#endif // SURVIVAL_SAVE_SERVICE_H
