#include "save_service.h"

#include <godot_cpp/classes/dir_access.hpp>
#include <godot_cpp/classes/file_access.hpp>
#include <godot_cpp/classes/json.hpp>
#include <godot_cpp/classes/time.hpp>

using namespace godot;

namespace survival {

SaveService *SaveService::singleton = nullptr;

SaveService::SaveService() {
	ERR_FAIL_COND(singleton != nullptr);
	singleton = this;
}

SaveService::~SaveService() {
	if (singleton == this) {
		singleton = nullptr;
	}
}

// Registers a section, or replaces the functions of one that is known already,
// which happens when the scene of a system is entered again.
void SaveService::add_section(const StringName &p_name, const Callable &p_collect, const Callable &p_apply) {
	ERR_FAIL_COND_MSG(!p_collect.is_valid() || !p_apply.is_valid(), "A section needs functions to collect and to apply its data.");
	for (Section &section : sections) {
		if (section.name == p_name) {
			section.collect = p_collect;
			section.apply = p_apply;
			return;
		}
	}
	sections.push_back({ p_name, p_collect, p_apply });
}

// Forgets a section, usually because the system behind it left the tree. Its data is
// not part of saves from then on.
void SaveService::remove_section(const StringName &p_name) {
	for (uint32_t i = 0; i < sections.size(); i++) {
		if (sections[i].name == p_name) {
			sections.remove_at(i);
			return;
		}
	}
}

// Empty for names that cannot be used as a file name. Slashes and dots could lead
// out of the directory of saves and are among them.
String SaveService::_path_of(const String &p_slot) const {
	if (p_slot.is_empty() || !p_slot.is_valid_filename() || p_slot.begins_with(".")) {
		return String();
	}
	return directory.path_join(p_slot + String(".json"));
}

// Writes beside the old save first and renames then, so that there is a complete
// save at any time.
Error SaveService::_write(const String &p_path, const String &p_text) const {
	const Error made = DirAccess::make_dir_recursive_absolute(directory);
	if (made != OK) {
		return made;
	}
	const String fresh = p_path + String(".new");
	{
		const Ref<FileAccess> file = FileAccess::open(fresh, FileAccess::WRITE);
		if (file.is_null()) {
			return FileAccess::get_open_error();
		}
		file->store_string(p_text);
		if (file->get_error() != OK) {
			return file->get_error();
		}
	} // closes the file
	return DirAccess::rename_absolute(fresh, p_path);
}

// Reads and checks a save: it has to be a JSON object with a format number that
// this version of the game knows.
Error SaveService::_read(const String &p_path, Dictionary &r_data) const {
	if (!FileAccess::file_exists(p_path)) {
		return ERR_FILE_NOT_FOUND;
	}
	Ref<JSON> json;
	json.instantiate();
	const Error parsed = json->parse(FileAccess::get_file_as_string(p_path));
	if (parsed != OK) {
		ERR_PRINT(vformat("%s, line %d: %s", p_path, json->get_error_line(), json->get_error_message()));
		return ERR_FILE_CORRUPT;
	}
	if (json->get_data().get_type() != Variant::DICTIONARY) {
		return ERR_FILE_CORRUPT;
	}
	const Dictionary data = json->get_data();
	const int format = data.get("format", 0);
	if (format < 1 || format > FORMAT) {
		return ERR_FILE_UNRECOGNIZED;
	}
	r_data = _migrate(data);
	return OK;
}

// Brings saves of older versions up to date. In format 1 the sections were on the
// top level, next to "format".
Dictionary SaveService::_migrate(Dictionary p_data) const {
	if ((int)p_data["format"] >= 2) {
		return p_data;
	}
	Dictionary moved = p_data.duplicate();
	moved.erase("format");
	Dictionary result;
	result["format"] = FORMAT;
	result["sections"] = moved;
	return result;
}

// Asks all sections for their data and writes it to a slot.
Error SaveService::save(const String &p_slot) {
	const String path = _path_of(p_slot);
	ERR_FAIL_COND_V(path.is_empty(), ERR_INVALID_PARAMETER);

	Dictionary content;
	for (const Section &section : sections) {
		content[section.name] = section.collect.callv(Array());
	}
	Dictionary data;
	data["format"] = FORMAT;
	data["saved_at"] = Time::get_singleton()->get_datetime_string_from_system(true);
	data["sections"] = content;

	const Error error = _write(path, JSON::stringify(data, "\t"));
	if (error == OK) {
		emit_signal("saved", p_slot);
	}
	return error;
}

// Hands the data of a slot to the sections, in the order of their registration.
// Sections that are not part of the save are not called and keep their state.
Error SaveService::load(const String &p_slot) {
	const String path = _path_of(p_slot);
	ERR_FAIL_COND_V(path.is_empty(), ERR_INVALID_PARAMETER);

	Dictionary data;
	const Error error = _read(path, data);
	if (error != OK) {
		return error;
	}
	const Dictionary content = data["sections"];
	for (const Section &section : sections) {
		const String key = section.name;
		if (content.has(key)) {
			section.apply.callv(Array::make(content[key]));
		}
	}
	emit_signal("loaded", p_slot);
	return OK;
}

// Deletes the file of a slot for good.
Error SaveService::erase(const String &p_slot) {
	const String path = _path_of(p_slot);
	return path.is_empty() ? ERR_INVALID_PARAMETER : DirAccess::remove_absolute(path);
}

// Names of all slots, the one that was saved last at the front.
PackedStringArray SaveService::list() const {
	struct Entry {
		uint64_t time;
		String slot;
		bool operator<(const Entry &p_other) const { return time > p_other.time; }
	};
	LocalVector<Entry> found;
	const PackedStringArray files = DirAccess::get_files_at(directory);
	for (int i = 0; i < files.size(); i++) {
		if (files[i].get_extension() == String("json")) {
			found.push_back({ FileAccess::get_modified_time(directory.path_join(files[i])), files[i].get_basename() });
		}
	}
	found.sort();

	PackedStringArray slots;
	for (const Entry &entry : found) {
		slots.push_back(entry.slot);
	}
	return slots;
}

void SaveService::_bind_methods() {
	ClassDB::bind_method(D_METHOD("add_section", "name", "collect", "apply"), &SaveService::add_section);
	ClassDB::bind_method(D_METHOD("remove_section", "name"), &SaveService::remove_section);
	ClassDB::bind_method(D_METHOD("save", "slot"), &SaveService::save);
	ClassDB::bind_method(D_METHOD("load", "slot"), &SaveService::load);
	ClassDB::bind_method(D_METHOD("erase", "slot"), &SaveService::erase);
	ClassDB::bind_method(D_METHOD("list"), &SaveService::list);
	ADD_SIGNAL(MethodInfo("saved", PropertyInfo(Variant::STRING, "slot")));
	ADD_SIGNAL(MethodInfo("loaded", PropertyInfo(Variant::STRING, "slot")));
	BIND_CONSTANT(FORMAT);
}

} // namespace survival
