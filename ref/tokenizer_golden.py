"""Writes the goldens of internal/tokenizer: small tokenizers of our own and what Hugging Face makes of texts with them.

    python ref/tokenizer_golden.py [--output FOLDER]

It needs exactly the VERSIONS below. TEXTS and generate are also the seed of ref/tokenizer_interop.py.
"""

import argparse
import copy
import hashlib
import json
import os
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer

VERSIONS = {"tokenizers": "0.23.3", "transformers": "5.23.0"}
INTERNAL = Path(__file__).resolve().parent.parent / "internal"
BUILTIN = "model/builtin/tiny-coder"

CODE = [
    'local Ship = {}\nShip.__index = Ship\n\nfunction Ship.new(name, hull)\n\treturn setmetatable({name = name, hull = hull or 100}, Ship)\nend\n',
    "function Ship:damage(n) -- returns true when destroyed\n  self.hull = math.max(0, self.hull - n)\n  return self.hull == 0\nend",
    "for i, sector in ipairs(galaxy:sectors()) do\n    if sector.x ~= 0 and sector.y ~= 0 then print(i .. ': ' .. sector.name) end\nend\n",
    "package.path = package.path .. ';data/scripts/lib/?.lua'\nlocal s = [[long\nstring]] --[=[ comment ]=]",
    "extends CharacterBody2D\n\n@export var speed: float = 300.0\n@onready var sprite := $Sprite2D\n\nfunc _physics_process(delta: float) -> void:\n\tvelocity = Input.get_vector(&\"left\", &\"right\", &\"up\", &\"down\") * speed\n\tmove_and_slide()\n",
    'signal health_changed(old: int, new: int)\nvar health := 10:\n\tset(value):\n\t\thealth_changed.emit(health, value)\n\t\thealth = clampi(value, 0, 10)',
    "#include <vector>\n#include <string_view>\n\ntemplate <typename T, std::size_t N = 0x10u>\nclass Grid final {\npublic:\n    [[nodiscard]] auto at(int x, int y) const noexcept -> const T& { return cells_[y * width_ + x]; }\nprivate:\n    std::vector<T> cells_{};\n    int width_{0};\n};\n",
    "ecs.system<Position, const Velocity>().each([](flecs::iter& it, size_t i, Position& p, const Velocity& v) {\n    p.x += v.x * it.delta_time(); // 60 Hz => 16.666'667 ms\n});",
    'std::cout << R"(raw "string" \\n)" << 1e-9f << 0b1010\'0101 << \'\\0\';\r\nif (a<b&&c>d||!e) { ++i; --j; k <<= 2; }\r\n',
    "def main() -> None:\n    print(f\"{value!r:>10} {100_000:,}\")\n\n\nif __name__ == '__main__':\n    main()\n",
    '{"key": [1, 2.5e+10, null, true], "nested": {"a-b_c": "\\u00e9"}}\n<div class="x">&nbsp;</div><!-- c --> `code` $PATH ~/.bashrc',
]

PROSE = [
    "Hello, world! It's I'll we've they'd you're I'm he's THAT'S WE'LL it'ſ don't 'tis rock'n'roll",
    "The quick brown fox jumps over 13 lazy dogs, 1,234,567.89 times in 2026-11-22T17:00:00Z.",
    "camelCase PascalCase snake_case SCREAMING_SNAKE kebab-case HTTPServer2Go getURLForID aB Ab ABc",
    "Äpfel, Öl und Übermut: weiß, daß, Straße – „Anführung“ und ‚einfach‘ … naïve façade Ångström œuvre",
    "Привет, мир! Съешь ещё этих мягких французских булок, да выпей чаю.",
    "Γειά σου Κόσμε, ΟΔΟΣ Οδυσσεύς· τι κάνεις;",
    "שלום עולם! שָׁלוֹם עֲלֵיכֶם",
    "مرحبا بالعالم، كيف حالك؟ ٠١٢٣٤٥٦٧٨٩ ۰۱۲۳ السَّلَامُ عَلَيْكُمْ",
    "नमस्ते दुनिया! क्षत्रिय ज्ञान हिन्दी १२३४५६७८९०",
    "வணக்கம் உலகம் தமிழ் மொழி ௧௨௩",
    "สวัสดีชาวโลก ภาษาไทยไม่มีช่องว่าง ๑๒๓",
    "你好，世界！今天天气很好。我们去公园吧？「引号」《书名》 繁體中文",
    "こんにちは世界。カタカナとひらがな、ﾊﾝｶｸｶﾅ、１２３ＡＢＣ",
    "안녕하세요 세계! 한국어 \u1112\u1161\u11ab\u1100\u1173\u11af (decomposed Hangul)",
    "ሰላም ለዓለም Բարեւ աշխարհ გამარჯობა მსოფლიო ខ្មែរ မြန်မာ བོད་ཡིག ᠮᠣᠩᠭᠣᠯ",
    "Xin chào thế giới, Tiếng Việt đẹp lắm; e\u0323\u0302 e\u0302\u0323 Ti\u0065\u0302\u0301ng",
    "ẛ̣ ﬁ ﬂ ﬀ ½ ² ₃ ① Ⅷ ㎏ ℃ ™ Å Å Ω Ω ﷺ İstanbul ıI ǅ Ǆ ß ẞ",
    "😀 👩‍💻 👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇯🇵 👍🏽 ❤️ ☃ ✂︎ 1️⃣ 🫠",
    "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, α ∧ ¬β → γ ∎ ∑ᵢ₌₁ⁿ i² ≤ ∞ ± ×÷ ←↑→↓ ║╔═╗ ▁▂▃",
    "A\u0301 e\u0301 o\u0308\u0304 a\u0328\u0301 \u0061\u0315\u0300\u05ae\u0062 \u0301alone q\u0307\u0323",
    "zalgo Z" + "\u0301\u0302\u0303\u0323\u0327" * 9 + "! and x" + "\u0334\u0300" * 20 + "y",
]

SPACES = [
    " ", "  ", "   ", "\n", "\r\n", "\r\n\r\n", " \n", "\n ", " \n \n  x", "\t\tindent\n\t\t\tmore  \n", "a  b   c    d", "end   ", "   start",
    "a\u00a0b\u00a0\u00a0c", "a\u0085b\u2028c\u2029d\u3000e\u3000\u3000f", "\u2003em\u2002en\u200b\u200czero\ufeff", "x\u1680y\u180ez\u202f\u205fw",
    "tab\tcr\rvt\vff\f\fnul\x00esc\x1b[0m del\x7f", "trailing newline\n\n\n", "\u3000\n\u3000x", "a\n\n  b", "1 2  3   4\n5",
]

SPECIAL = [
    "<|im_start|>system\nYou are Qwen.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n",
    "<|fim_prefix|>def f(<|fim_suffix|>):\n<|fim_middle|>x<|endoftext|>", "x<|endoftext|>y <|endoftext|> z<|endoftext|><|endoftext|>",
    "<|endoftext|", "<|im_start", "<|IM_START|>", "< |im_start|>", "<tool_call>\n{\"name\": \"f\"}\n</tool_call>", "<s>a</s>  <s> b </s>",
    "a   <L>b  <L>", "a<R>   b <R>\n\nc", "a  <LR>  b<LR><LR>  c", "word<W>word <W> <W>, <W>x é<W> <W>é _<W> 1<W>", " <L><R> <L> <R>  <LR> ",
    "tok tokens toke token", "tokentokens  token\ttokens", "Yesterday YESTERDAY yesterday, I read", "naïve NAÏVE nai\u0308ve", "ab abc abcd abab",
    "日本語 日本 日", "é Ġfoo  foo", "<R> <R>\n<L>", "\n<L>\n", "  <mask>  <MASK>",
]

LONG = ["a" * 200, "=" * 150, "abc" * 100, "0123456789" * 12, "你好世界" * 30, "Ab" * 80, " " * 120 + "x", "\n" * 90, "'" * 77, "-_-" * 40, "é" * 64, "x\u0301" * 50]

TEXTS = CODE + PROSE + SPACES + SPECIAL + LONG + ["", "a", "é", "\ufffd", "\u0301", "'", "'S", "'ſ", "\U0010ffff\uffff", "\ufdd0"]

# What generated texts are made of: pieces of everything that patterns, normalization and added tokens care about, and
# characters newer than the Unicode versions in play.
ATOMS = ["a", "b", "Z", "the", "ing", "tion", "HELLO", "World", "xYz", "ß", "ſ", "ı", "İ", "ﬁ", "ǅ", "ʰ", "ª", "º", "é", "è", "é", "ö", "Å", "́", "̣", "̧́", "ͅ", "ि", "⃝", "ְ", "п", "Привет", "Σ", "ς", "ΟΔΟΣ", "ש", "שָׁ", "م", "ة", "क्ष", "त", "த", "ไ", "ก็", "中", "文字", "日本", "か", "が", "が", "ﾊﾞ", "한", "한", "ᄀ", "ა", "ሰ", "ខ", "𝒳", "𐐀", "𐐨", "0", "7", "42", "123", "4567", "٣", "६", "½", "²", "Ⅷ", "①", "一", ".", ",", ";", ":", "!", "?", "-", "--", "_", "/", "//", "\\", "'", "''", '"', "`", "~", "@", "#", "$", "%", "^", "&", "*", "(", ")", "[", "]", "{", "}", "<", ">", "|", "=", "==", "+", "…", "—", "“", "”", "«", "»", "€", "°", "©", "±", "∑", "▁", "👍🏽", "👩\u200d💻", "🇩🇪", "☃️", "\u200d", "\u200b", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'Ve", "'M", "'LL", "'D", "'ſ", "’s", "don't", "it's", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<think>", "<s>", "</s>", "<L>", "<R>", "<LR>", "<W>", "tok", "token", "tokens", "Yesterday", "YESTERDAY", "naïve", "<mask>", "<MASK>", "Ġfoo", "abc", "\u0897", "\u1c89", "\ua7cb", "\ua7dc", "\U00010d40", "\U00010d50", "\U00010d70", "\U00010d69", "\U00011935", "\U00011930", "\U00011938", "\U00016d40", "\U0001e030", "\U0001fbf0", "\u32ff", "᪰", "\u1abf", "\U0002ebf0", "\U000323af", "\U0001ccf0", "\U0001f8b2", "\u08ca", "\u0c3c", "\u07fd", "\ua7f2", "�", "\uffff", "\U0010ffff"] + [
    " ", " ", " ", "  ", "    ", "\n", "\n\n", "\r\n", "\r", "\t", "\v", "\f", "\x00", "\x1c", "\x7f", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028", "\u202f", "\u3000", "\ufeff", "\u180e",
]


def generate(seed, count, most=24):
    """Texts of 1 to most atoms from a linear congruential generator, which the Go tests repeat."""
    state = seed

    def below(n):
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % n

    return ["".join(ATOMS[below(len(ATOMS))] for _ in range(1 + below(most))) for _ in range(count)]


QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CL100K = QWEN2.replace(r"\p{N}|", r"\p{N}{1,3}|", 1)
QWEN3_5 = QWEN2.replace(r"?\p{L}+", r"?[\p{L}\p{M}]+").replace(r"[^\s\p{L}\p{N}]", r"[^\s\p{L}\p{M}\p{N}]")
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
CAMEL = rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+%s|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*%s|\p{{N}}%s| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SHORT = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = CAMEL % (SHORT, SHORT, "{1,3}")
TEKKEN = CAMEL % ("", "", "")


def seq(kind, *items):
    return {"type": "Sequence", kind: list(items)}


def split(pattern, behavior="Isolated", invert=False, regex=True):
    return {"type": "Split", "pattern": {"Regex" if regex else "String": pattern}, "behavior": behavior, "invert": invert}


def byte_level(prefix=False, regex=False):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def words(*items):
    return seq("pretokenizers", *items, byte_level())


def added(content, special=False, normalized=False, single_word=False, lstrip=False, rstrip=False):
    return {"id": None, "content": content, "single_word": single_word, "lstrip": lstrip, "rstrip": rstrip, "normalized": normalized, "special": special}


def special_tokens(**ids):
    return {name: {"id": name, "ids": value, "tokens": [name] * len(value)} for name, value in ids.items()}


def template(*pieces, **tokens):
    single = [{"Sequence": {"id": "A", "type_id": 0}} if p == "$A" else {"SpecialToken": {"id": p, "type_id": 0}} for p in pieces]
    pair = [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]
    return {"type": "TemplateProcessing", "single": single, "pair": pair, "special_tokens": special_tokens(**tokens)}


CHAT = [added(f"<|{name}|>", special=True) for name in ("endoftext", "im_start", "im_end")] + [added("<think>"), added("</think>")]
BOS = 556  # the first id after the 556 pieces of the base model
STRIPS = [
    added("<L>", lstrip=True), added("<R>", rstrip=True), added("<LR>", lstrip=True, rstrip=True), added("<W>", single_word=True),
    added("tok"), added("token", single_word=True), added("tokens", normalized=True), added("日本", normalized=True, lstrip=True), added("é"),
    added("Ġfoo"), added("abc", special=True), added("ab", single_word=True, rstrip=True), added(" \n"), added("<s>", True, rstrip=True),
]


def fixture(name, pre_tokenizer, **parts):
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False,
             "byte_fallback": False, "ignore_merges": False, **parts.pop("model", {})}
    return {"name": name, "drop": parts.pop("drop", ""), "literal": parts.pop("literal", []), "old_merges": parts.pop("old_merges", False), "tokenizer": {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": CHAT, "normalizer": None, "pre_tokenizer": pre_tokenizer,
        "post_processor": byte_level(), "decoder": byte_level(True, True), **parts, "model": model}}


FIXTURES = [
    fixture("qwen2", words(split(QWEN2)), normalizer={"type": "NFC"}),
    fixture("qwen3.5", words(split(QWEN3_5)), normalizer={"type": "NFC"}, post_processor=None),
    fixture("gpt2", byte_level(regex=True)),
    fixture("gpt2 prefix space", byte_level(True, True)),
    fixture("llama3", words(split(CL100K)), model={"ignore_merges": True}, old_merges=True,
            post_processor=seq("processors", byte_level(True), template("<|endoftext|>", "$A", **{"<|endoftext|>": [BOS]}))),
    fixture("o200k", words(split(O200K, "Removed", True))),
    fixture("tekken", words(split(TEKKEN)), old_merges=True),
    fixture("template", words(split(QWEN2)), post_processor=template("bos", "$A", "eos", "eos", bos=[BOS + 1, BOS], eos=[65])),
    fixture("strips", words(split(QWEN2)), added_tokens=STRIPS),
    fixture("strips nfc", byte_level(regex=True), normalizer={"type": "NFC"}, added_tokens=STRIPS),
    fixture("lower", words(split(CL100K)), normalizer=seq("normalizers", {"type": "NFD"}, {"type": "Lowercase"}, {"type": "Strip", "strip_left": True, "strip_right": False}),
            added_tokens=CHAT + [added("Yesterday", normalized=True), added("NAÏVE", normalized=True, single_word=True), added("<MASK>", special=True, normalized=True)]),
    fixture("nfkc", words(split(QWEN2)), normalizer=seq("normalizers", {"type": "NFKC"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "Prepend", "prepend": "▁"})),
    fixture("nfkd", byte_level(regex=True), normalizer=seq("normalizers", seq("normalizers", {"type": "NFKD"}), {"type": "Replace", "pattern": {"Regex": r"\s+"}, "content": " "}, {"type": "Strip", "strip_left": True, "strip_right": True})),
    fixture("strip right", byte_level(regex=True), normalizer={"type": "Strip", "strip_left": False, "strip_right": True}),
    fixture("digits", seq("pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level(regex=True))),
    fixture("digits together", words({"type": "Digits", "individual_digits": False})),
    fixture("deepseek coder", words(split(r"[\r\n]"), split(r"\s?\p{L}+"), split(r"\s?\p{P}+"), split("[一-龥ࠀ-一가-퟿]+"), {"type": "Digits", "individual_digits": True})),
    fixture("deepseek v3", words(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"),
                                 split(r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"))),
    fixture("unknown pattern", words(split(r"(?i:'s|'t|'k|don't)|(?<=\d)(?=(?:\d{3})+\b)|\p{Lu}?\p{Ll}+|\P{L}+?(?=\p{L})|[^\S\n]{2,}|\p{Han}".replace(r"\b", r"(?!\d)")))),
    fixture("removed", words(split(" ", "Removed", regex=False))),
    fixture("removed inverted", words(split(r"[\p{L}\p{N}]+", "Removed", True))),
    fixture("merged with previous", words(split(r"[\s-]", "MergedWithPrevious"))),
    fixture("merged with next", words(split(r"[\s'-]", "MergedWithNext"))),
    fixture("merged with next inverted", words(split(r"\p{L}", "MergedWithNext", True))),
    fixture("merged with previous inverted", words(split("a", "MergedWithPrevious", True, False))),
    fixture("contiguous", words(split(r"\s", "Contiguous"))),
    fixture("contiguous inverted", words(split(r"\s", "Contiguous", True))),
    fixture("contiguous words", words(split(QWEN2, "Contiguous"))),
    fixture("merged words", words(split(QWEN2, "MergedWithPrevious"))),
    fixture("empty matches", words(split(r"(?=[A-Z'])|\s*"))),
    fixture("prefix space on words", seq("pretokenizers", split(QWEN2), byte_level(True, False))),
    fixture("no words", byte_level()),
    fixture("unk", byte_level(regex=True), drop="qx", model={"unk_token": "!"}),
    fixture("fused unk", byte_level(regex=True), drop="aeiou", model={"unk_token": "!", "fuse_unk": True}),
    fixture("dropped", byte_level(regex=True), drop="aeiou"),
    fixture("literal", words(split(QWEN2)), literal=["日本", "x y", "<s>"], model={"ignore_merges": True}, added_tokens=CHAT + [added("日本"), added("<s>", True)]),
    fixture("no added tokens", words(split(QWEN2)), normalizer={"type": "NFC"}, added_tokens=[]),
]

# Files beside or instead of tokenizer.json, and what transformers makes of them.
TOKEN = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
DIRECTORIES = [
    {"name": "old qwen2", "config": {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>", "bos_token": None, "additional_special_tokens": ["<|im_start|>", "<|im_end|>"],
     "added_tokens_decoder": {str(BOS + i): {**TOKEN, "content": c, "special": s} for i, (c, s) in enumerate([("<|endoftext|>", True), ("<|im_start|>", True), ("<|im_end|>", True), ("<think>", False)])}}},
    {"name": "old qwen2 with space", "config": {"tokenizer_class": "Qwen2TokenizerFast", "add_prefix_space": True, "errors": "replace"}},
    {"name": "old gpt2", "config": {"tokenizer_class": "GPT2Tokenizer", "model_max_length": 1024}},
    {"name": "old gpt2 with bos", "config": {"tokenizer_class": "GPT2Tokenizer", "add_bos_token": True, "add_eos_token": True, "add_prefix_space": True,
     "bos_token": {"__type": "AddedToken", "content": "<s>", **{**TOKEN, "rstrip": True}}, "unk_token": None, "mask_token": "<mask>"}},
    {"name": "older gpt2", "config": {"tokenizer_class": "GPT2Tokenizer"},
     "special_tokens_map": {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<s>", "pad_token": {"content": "<L>", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False}},
     "added_tokens": {"<s>": BOS, "</s>": BOS + 1, "<W>": BOS + 2, "<L>": BOS + 3}},
    {"name": "tokenizer.json with config", "fixture": "qwen2", "config": {"tokenizer_class": "PreTrainedTokenizerFast", "eos_token": "<think>", "bos_token": "<s>", "add_bos_token": True,
     "image_token": "<mask>", "additional_special_tokens": ["<R>"], "extra_special_tokens": ["</s>", "</think>"], "clean_up_tokenization_spaces": False}},
    {"name": "tokenizer.json of qwen2", "fixture": "qwen2", "config": {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<think>", "pad_token": "<|endoftext|>", "bos_token": None, "unk_token": None,
     "additional_special_tokens": ["<|im_start|>", "</think>"], "split_special_tokens": False,
     "added_tokens_decoder": {**{str(BOS + i): {**TOKEN, "content": f"<|{c}|>"} for i, c in enumerate(["endoftext", "im_start", "im_end"])},
                              **{str(BOS + 3 + i): {**TOKEN, "content": c, "rstrip": True, "special": False} for i, c in enumerate(["<think>", "</think>"])}}}},
    {"name": "tokenizer.json with flags", "fixture": "qwen2", "config": {"tokenizer_class": "PreTrainedTokenizerFast", "pad_token": "<L>",
     "added_tokens_decoder": {str(BOS + 3): {**TOKEN, "content": "<think>", "rstrip": True, "special": False}, str(BOS + 5): {**TOKEN, "content": "<L>", "lstrip": True, "special": False}}}},
]


def train():
    """A byte-level BPE of 256 bytes and 300 merges from the texts above."""
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(CL100K), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    trainer = trainers.BpeTrainer(vocab_size=BOS, min_frequency=1, show_progress=False, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tok.train_from_iterator(CODE * 8 + PROSE * 3, trainer)
    model = json.loads(tok.to_str())["model"]
    assert len(model["vocab"]) == BOS
    return model["vocab"], model["merges"]


def complete(fix, vocab, merges):
    """The tokenizer.json of a fixture."""
    tok = copy.deepcopy(fix["tokenizer"])
    gone = set(fix["drop"])
    if gone:
        vocab = {p: i for i, p in enumerate(p for p in sorted(vocab, key=vocab.get) if not gone & set(p))}
    else:
        vocab = dict(vocab)
    for piece in fix["literal"]:
        vocab[piece] = BOS + len(vocab)
    merges = [m for m in merges if not gone & set("".join(m))]
    tok["model"].update(vocab=vocab, merges=[" ".join(m) for m in merges] if fix["old_merges"] else merges)
    free = len(vocab)
    for t in tok["added_tokens"]:
        t["id"] = vocab.get(t["content"])
        if t["id"] is None:
            t["id"] = free
            free += 1
    return tok


def digest(lists):
    return hashlib.sha256("".join(" ".join(map(str, row)) + "\n" for row in lists).encode()).hexdigest()


SEED, COUNT = 7, 1500


def results(encode, decode):
    """What a tokenizer does: a digest of the ids of each of TEXTS, and one for all of the generated ones."""
    plain = [encode(t, False) for t in TEXTS]
    ids = [encode(t, False) for t in generate(SEED, COUNT)]
    return {
        "ids": [digest([row])[:12] for row in plain],
        "special": digest(encode(t, True) for t in TEXTS),
        "generated": digest(ids),
        "decoded": digest([decode(row, False)] for row in plain + ids),
        "decoded_skip": digest([decode(row, True)] for row in plain + ids),
        "cut": digest([decode(row[i:j], False)] for row in ids for i, j in ((1, -1), (len(row) // 2, None))),
    }


def tokenizer_results(tok):
    def encode(text, special):
        return tok.encode(text, add_special_tokens=special).ids
    return {"size": max(tok.get_vocab().values()) + 1, **results(encode, lambda ids, skip: tok.decode(ids, skip_special_tokens=skip))}


def transformers_results(tok):
    def encode(text, special):
        return tok.encode(text, add_special_tokens=special)
    def decode(ids, skip):
        return tok.decode(ids, skip_special_tokens=skip, clean_up_tokenization_spaces=False)
    return {"size": max(tok.get_vocab().values()) + 1, **results(encode, decode)}


def fixtures(vocab, merges):
    out = []
    for fix in FIXTURES:
        tok = Tokenizer.from_str(json.dumps(complete(fix, vocab, merges)))
        for t in complete(fix, vocab, merges)["added_tokens"]:
            assert tok.token_to_id(t["content"]) == t["id"], (fix["name"], t)
        out.append({**fix, **tokenizer_results(tok)})
    return out


def example(vocab, merges):
    """The ids that the first fixture gives TEXTS, to read."""
    tok = Tokenizer.from_str(json.dumps(complete(FIXTURES[0], vocab, merges)))
    return [tok.encode(t, add_special_tokens=False).ids for t in TEXTS]


def directories(vocab, merges):
    out = []
    for d in DIRECTORIES:
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            for name in ("config", "special_tokens_map", "added_tokens"):
                if name in d:
                    (folder / {"config": "tokenizer_config"}.get(name, name)).with_suffix(".json").write_text(json.dumps(d[name]))
            if "fixture" in d:
                fix = next(f for f in FIXTURES if f["name"] == d["fixture"])
                (folder / "tokenizer.json").write_text(json.dumps(complete(fix, vocab, merges)))
            else:
                (folder / "vocab.json").write_text(json.dumps(vocab))
                (folder / "merges.txt").write_text("#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in merges))
            tok = AutoTokenizer.from_pretrained(folder)
        out.append({**d, **transformers_results(tok)})
    return out


# All code points but the planes in which none is assigned or all are private.
CODE_POINTS = [chr(c) for c in [*range(0xD800), *range(0xE000, 0x33480), *range(0xE0000, 0xE0200)]]

# The same without ideographs and most of Hangul, which normalization treats alike.
SOME_CODE_POINTS = [c for c in CODE_POINTS if not ("\u3400" <= c < "\ua000" or "\uac10" <= c < "\ud7a0" or "\U00017000" <= c < "\U00018cd6" or "\U00020000" <= c < "\U0002f800" or "\U00030000" <= c < "\U000e0000")]


def members(pattern):
    """The code points a pattern matches, one by one."""
    cut = pre_tokenizers.Split(Regex(pattern), "removed", invert=True)
    return [w for i in range(0, len(CODE_POINTS), 4096) for w, _ in cut.pre_tokenize_str("".join(CODE_POINTS[i : i + 4096]))]


def unicode_tables():
    """Digests of the classes and of the normal forms of all code points."""
    names = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "N", "Nd", "P", "S", "Z", "Zs", "Han"]
    classes = {name: members(rf"\p{{{name}}}") for name in names}
    classes.update({"space": members(r"\s"), "not space": members(r"\S"), "digit": members(r"\d"), "s": members("(?i:s)"), "k": members("(?i:k)")})
    numeric = pre_tokenizers.Digits(individual_digits=True)
    classes["numeric"] = [c for c in CODE_POINTS if len(numeric.pre_tokenize_str("a" + c)) == 2]
    probe = Tokenizer(models.BPE(vocab={"a": 0}, merges=[]))
    probe.add_tokens([AddedToken("<W>", single_word=True, normalized=False)])
    classes["word"] = [c for c in CODE_POINTS if probe.token_to_id("<W>") not in probe.encode(c + "<W>").ids]
    forms = {}
    for name, form in {"NFC": normalizers.NFC(), "NFD": normalizers.NFD(), "NFKC": normalizers.NFKC(), "NFKD": normalizers.NFKD(), "Lowercase": normalizers.Lowercase()}.items():
        forms[name] = digest([form.normalize_str(c), form.normalize_str("a\u0345" + c), form.normalize_str("e" + c + "\u0323\u0334"), form.normalize_str("\U00011935" + c)] for c in SOME_CODE_POINTS)
    return {"classes": {name: digest([c] for c in sorted(row)) for name, row in classes.items()}, "forms": forms}


def patterns():
    """Digests of the words that each well-known pattern gives."""
    out = []
    for pattern in (GPT2, CL100K, QWEN2, QWEN3_5, O200K, TEKKEN):
        cut = pre_tokenizers.Split(Regex(pattern), "isolated")
        lists = [[len(w.encode()) for w, _ in cut.pre_tokenize_str(t)] for t in TEXTS + generate(11, 4000)]
        out.append({"pattern": pattern, "digest": digest(lists)})
    return out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=INTERNAL, help="folder that stands for internal/")
    folder = parser.parse_args().output / "tokenizer" / "testdata" / "golden"
    for name, want in VERSIONS.items():
        if version(name) != want:
            sys.exit(f"{name} is {version(name)}, the goldens need {want}")
    vocab, merges = train()
    golden = {
        "versions": VERSIONS, "texts": TEXTS, "atoms": ATOMS, "seed": SEED, "count": COUNT, "vocab": vocab, "merges": merges,
        "example": example(vocab, merges), "fixtures": fixtures(vocab, merges), "directories": directories(vocab, merges), "unicode": unicode_tables(), "patterns": patterns(),
        "builtin": {"name": BUILTIN, **transformers_results(AutoTokenizer.from_pretrained(INTERNAL / BUILTIN))},
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(golden, ensure_ascii=False, separators=(",", ":"))
    (folder / "golden.json").write_text(text.replace('},{"name"', '},\n{"name"').replace('],"', '],\n"') + "\n", encoding="utf-8")
    print(golden["versions"], f"{len(TEXTS)} texts, {len(FIXTURES)} fixtures, {len(DIRECTORIES)} directories, {len(text)} characters")


if __name__ == "__main__":
    main()
