package weights

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"graft/internal/dtype"
)

// supported ends the errors about weights stored in another way.
const supported = "supported are float32, bfloat16, float16 and bitsandbytes NF4; use the model that is not quantised"

// NF4Settings is the quantization_config of a bitsandbytes NF4 checkpoint.
type NF4Settings struct {
	DoubleQuant  bool
	ComputeDType dtype.DType
	Skip         []string // modules left plain
}

// checkQuantization reads dir's config.json, if there is one, for its quantization_config alone.
func checkQuantization(dir string) error {
	path := filepath.Join(dir, "config.json")
	text, err := readSmall(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("weights: %w", err)
	}
	var problems []error
	quantization(readFields(path, text, &problems))
	if len(problems) > 0 {
		return fmt.Errorf("weights: %w", errors.Join(problems...))
	}
	return nil
}

// quantization reads quantization_config; nil if there is none. Anything but NF4 is a problem.
func quantization(f Fields) *NF4Settings {
	if f.Has("compression_config") {
		f.Problem("compression_config: compressed-tensors is not supported; %s", supported)
	}
	if !f.Has("quantization_config") {
		return nil
	}
	q := f.sub("quantization_config")
	four, eight := q.Bool("load_in_4bit", false), q.Bool("load_in_8bit", false)
	method := q.String("quant_method", "")
	if method == "" && (four || eight) { // files from before there was a choice
		method = "bitsandbytes"
	}
	switch kind := q.String("bnb_4bit_quant_type", "fp4"); {
	case method != "bitsandbytes":
		q.Problem("quant_method %q is not supported; %s", method, supported)
	case eight || !four:
		q.Problem("bitsandbytes int8 is not supported; %s", supported)
	case kind != "nf4":
		q.Problem("bnb_4bit_quant_type %q is not supported; %s", kind, supported)
	}
	s := &NF4Settings{DoubleQuant: q.Bool("bnb_4bit_use_double_quant", false), ComputeDType: dtype.F32}
	if q.Has("bnb_4bit_compute_dtype") {
		d, err := dtype.ParseTorch(q.String("bnb_4bit_compute_dtype", "float32"))
		if err != nil || !d.Float() {
			q.Problem("bnb_4bit_compute_dtype is %s, want float32, bfloat16 or float16", abbreviate(q.members["bnb_4bit_compute_dtype"]))
		}
		s.ComputeDType = d
	}
	if q.Has("llm_int8_skip_modules") {
		q.read("llm_int8_skip_modules", &s.Skip)
	}
	return s
}
