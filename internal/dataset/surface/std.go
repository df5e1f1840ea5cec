package surface

import "strings"

// words makes a set of the words of a text.
func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// keywords of the languages.
var keywords = map[string]map[string]bool{
	Lua: words(`and break do else elseif end false for function goto if in local nil not or repeat return then true until while`),
	Godot: words(`if elif else for while match when break continue pass return class class_name extends is in as self super signal func
		static const enum var breakpoint preload await yield assert void and or not true false null namespace trait`),
	C: words(`alignas alignof auto bool break case char const constexpr continue default do double else enum extern false float for goto if
		inline int long nullptr register restrict return short signed sizeof static static_assert struct switch thread_local true typedef
		typeof union unsigned void volatile while asm and and_eq bitand bitor catch char16_t char32_t char8_t class co_await co_return
		co_yield compl concept const_cast consteval constinit decltype delete dynamic_cast explicit export friend mutable namespace new
		noexcept not not_eq operator or or_eq private protected public reinterpret_cast requires static_cast template this throw try
		typeid typename using virtual wchar_t xor xor_eq override final defined`),
}

func keyword(language, name string) bool {
	if language == CPlusPlus {
		language = C
	}
	return keywords[language][name]
}

// luaStandard is the library of Lua 5.1 and LuaJIT, with what later versions and 5.2 compatibility add.
var luaStandard = words(`assert collectgarbage dofile error getfenv getmetatable ipairs load loadfile loadstring module next pairs pcall
	print rawequal rawget rawset rawlen require select setfenv setmetatable tonumber tostring type unpack xpcall _G _VERSION _ENV
	coroutine create resume running status wrap yield isyieldable debug getinfo getlocal getupvalue sethook gethook traceback setlocal
	setupvalue getregistry io close flush input lines open output popen read tmpfile write seek setvbuf math abs acos asin atan atan2 ceil
	cos cosh deg exp floor fmod frexp huge ldexp log log10 max min modf pi pow rad random randomseed sin sinh sqrt tan tanh os clock date
	difftime execute exit getenv remove rename setlocale time tmpname package cpath loaded loaders loadlib path preload searchers seeall
	config string byte char dump find format gfind gmatch gsub len lower match rep reverse sub upper pack packsize table concat foreach
	foreachi getn insert maxn move remove setn sort bit arshift band bnot bor bswap bxor lshift rol ror rshift tobit tohex bit32 jit ffi
	self utf8 codes codepoint charpattern offset __index __newindex __call __add __sub __mul __div __mod __pow __unm __concat __len __eq
	__lt __le __tostring __gc __mode __metatable __pairs __ipairs include`)

// cStandard is what code in C and C++ takes from the standard libraries and calls by a member, a qualified or a bare name.
var cStandard = words(`std NULL size_t ptrdiff_t intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t
	printf fprintf sprintf snprintf vsnprintf puts putchar scanf sscanf fopen fclose fread fwrite fgets fputs fseek ftell fflush perror
	malloc calloc realloc free abort exit atexit atoi atof strtol strtoul strtod rand srand qsort bsearch getenv memcpy memmove memset
	memcmp strlen strcmp strncmp strcpy strncpy strcat strncat strchr strrchr strstr strdup strerror isalpha isdigit isalnum isspace
	isupper islower toupper tolower assert errno time clock difftime mktime localtime gmtime strftime sin cos tan asin acos atan atan2
	sinh cosh tanh exp exp2 log log2 log10 pow sqrt cbrt hypot fabs fabsf sqrtf sinf cosf tanf powf floorf ceilf roundf fmod floor ceil
	round trunc lround isnan isinf isfinite FLT_MAX FLT_MIN FLT_EPSILON DBL_MAX INT_MAX INT_MIN UINT_MAX INT32_MAX INT64_MAX UINT32_MAX
	UINT64_MAX SIZE_MAX EOF stdin stdout stderr va_list va_start va_end va_arg offsetof
	string string_view vector array map set multimap multiset unordered_map unordered_set deque list queue stack priority_queue span pair
	tuple optional variant any function bitset unique_ptr shared_ptr weak_ptr make_unique make_shared make_pair make_tuple make_optional
	get tie move forward swap exchange begin end cbegin cend rbegin rend size empty data front back at push_back emplace_back pop_back
	push_front emplace_front pop_front push pop top insert emplace try_emplace insert_or_assign erase clear resize reserve capacity
	shrink_to_fit assign find count contains lower_bound upper_bound equal_range first second c_str length substr append compare
	find_first_of find_last_of rfind starts_with ends_with npos value value_or has_value reset release get_deleter lock expired use_count
	value_type key_type mapped_type iterator const_iterator sort stable_sort find_if find_if_not any_of all_of none_of count_if for_each
	transform accumulate reduce copy copy_if fill fill_n generate remove remove_if unique reverse rotate shuffle partition nth_element
	min max minmax clamp min_element max_element iota next prev advance distance back_inserter inserter less greater hash numeric_limits
	infinity quiet_NaN epsilon lowest is_same is_same_v enable_if enable_if_t decay decay_t conditional conditional_t is_base_of
	is_base_of_v is_integral is_floating_point is_enum underlying_type remove_reference remove_const remove_cv true_type false_type
	integral_constant declval index_sequence cout cerr cin endl ostream istream stringstream ostringstream istringstream ifstream ofstream
	fstream getline str open close is_open good eof fail read write put flush setw setprecision fixed setfill hex dec to_string stoi stol
	stoul stof stod from_chars to_chars format print println thread jthread mutex recursive_mutex shared_mutex lock_guard unique_lock
	scoped_lock condition_variable wait notify_one notify_all atomic load store fetch_add fetch_sub compare_exchange_strong
	compare_exchange_weak exchange memory_order_relaxed memory_order_acquire memory_order_release future promise async get_future join
	detach joinable try_lock unlock get_id sleep_for this_thread yield chrono steady_clock system_clock high_resolution_clock now
	time_since_epoch duration duration_cast milliseconds microseconds nanoseconds seconds minutes time_point mt19937 random_device
	uniform_int_distribution uniform_real_distribution normal_distribution exception runtime_error logic_error invalid_argument
	out_of_range what terminate nullptr_t byte initializer_list type_info type_index name hash_code source_location line filesystem path
	exists main argc argv test set flip none all any`)

// godotBuiltin is what GDScript knows without an API file: its own functions, constants and annotations.
var godotBuiltin = words(`Color8 assert char convert dict_to_inst get_stack inst_to_dict is_instance_of len load ord preload print_debug
	print_stack range type_exists PI TAU INF NAN new free self super int float bool void Variant String StringName NodePath Object
	export export_category export_color_no_alpha export_custom export_dir export_enum export_exp_easing export_file export_file_path
	export_flags export_flags_2d_navigation export_flags_2d_physics export_flags_2d_render export_flags_3d_navigation
	export_flags_3d_physics export_flags_3d_render export_flags_avoidance export_global_dir export_global_file export_group
	export_multiline export_node_path export_placeholder export_range export_storage export_subgroup export_tool_button icon onready rpc
	static_unload tool warning_ignore warning_ignore_start warning_ignore_restore abstract
	_init _static_init _get _set _get_property_list _validate_property _property_can_revert _property_get_revert _notification
	_to_string _ready _process _physics_process _enter_tree _exit_tree _input _unhandled_input _gui_input _draw`)

// godotCPP is what godot-cpp adds to the engine's API, for users whose headers were not found.
var godotCPP = words(`godot Ref ClassDB D_METHOD DEFVAL GDCLASS GDREGISTER_CLASS GDREGISTER_VIRTUAL_CLASS GDREGISTER_ABSTRACT_CLASS
	GDREGISTER_INTERNAL_CLASS GDREGISTER_RUNTIME_CLASS GDEXTENSION_API GDExtensionBinding InitObject GDExtensionInterfaceGetProcAddress GDExtensionClassLibraryPtr
	GDExtensionInitialization GDExtensionBool GDE_EXPORT ModuleInitializationLevel MODULE_INITIALIZATION_LEVEL_CORE MODULE_INITIALIZATION_LEVEL_SERVERS
	MODULE_INITIALIZATION_LEVEL_SCENE MODULE_INITIALIZATION_LEVEL_EDITOR PropertyInfo MethodInfo TypedArray TypedDictionary VARIANT_ENUM_CAST
	VARIANT_BITFIELD_CAST BIND_ENUM_CONSTANT BIND_BITFIELD_FLAG BIND_CONSTANT ADD_PROPERTY ADD_PROPERTYI ADD_SIGNAL ADD_GROUP
	ADD_SUBGROUP memnew memdelete memalloc memfree memnew_arr memdelete_arr cast_to instantiate is_valid is_null ptr ptrw unref utf8
	get_data ascii utf16 callable_mp callable_mp_static vformat itos rtos print_line print_error print_verbose WARN_PRINT ERR_PRINT
	ERR_FAIL ERR_FAIL_V ERR_FAIL_MSG ERR_FAIL_V_MSG ERR_FAIL_COND ERR_FAIL_COND_V ERR_FAIL_COND_MSG ERR_FAIL_COND_V_MSG ERR_FAIL_NULL
	ERR_FAIL_NULL_V ERR_FAIL_NULL_MSG ERR_FAIL_NULL_V_MSG ERR_FAIL_INDEX ERR_FAIL_INDEX_V ERR_FAIL_INDEX_MSG ERR_FAIL_INDEX_V_MSG
	ERR_CONTINUE ERR_CONTINUE_MSG ERR_BREAK DEV_ASSERT CRASH_COND UtilityFunctions Math math real_t Vector HashMap HashSet List Pair
	StringName LocalVector RBMap RBSet Mutex MutexLock SNAME get_singleton bind_method bind_static_method bind_vararg_method
	bind_virtual_method register_class register_abstract_class register_internal_class add_property add_signal add_property_group
	_bind_methods get_class_static set_minimum_library_initialization_level register_initializer register_terminator init write push_back
	CLAMP MIN MAX ABS SIGN SWAP lerp Char16String Char32String CharString ObjectID ObjectDB KeyValue Callable Signal Variant get_type
	NIL BOOL INT FLOAT STRING VECTOR2 VECTOR2I RECT2 RECT2I VECTOR3 VECTOR3I TRANSFORM2D VECTOR4 VECTOR4I PLANE QUATERNION AABB BASIS
	TRANSFORM3D PROJECTION COLOR STRING_NAME NODE_PATH RID OBJECT CALLABLE SIGNAL DICTIONARY ARRAY PACKED_BYTE_ARRAY PACKED_INT32_ARRAY
	PACKED_INT64_ARRAY PACKED_FLOAT32_ARRAY PACKED_FLOAT64_ARRAY PACKED_STRING_ARRAY PACKED_VECTOR2_ARRAY PACKED_VECTOR3_ARRAY
	PACKED_COLOR_ARRAY PACKED_VECTOR4_ARRAY VARIANT_MAX key value next prev`)

// standard reports whether a name comes with the language or its standard library.
func standard(domain, name string) bool {
	switch domain {
	case Avorion:
		return luaStandard[name] || keyword(Lua, name)
	case GDScript:
		return godotBuiltin[name] || keyword(Godot, name)
	case GDExtension:
		return cStandard[name] || godotCPP[name] || keyword(C, name)
	case Flecs:
		return cStandard[name] || keyword(C, name)
	}
	return false
}
