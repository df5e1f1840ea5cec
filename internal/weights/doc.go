// Package weights is where the tensors and the configuration of a model come from.
//
// A Source gives out tensors by name. OpenDir opens a Hugging Face model directory: model.safetensors, or shards and their index,
// beside a config.json. Memory wraps tensors made by the program. The linear layers of a bitsandbytes NF4 checkpoint appear under
// the name and shape of the weight they stand for; what is stored beside them does not appear. Any other quantisation is refused.
//
// Config is config.json read into one form whichever of its two dialects it is written in: the hub's ("hub" here: rope_theta,
// rope_scaling, torch_dtype) and that of transformers 5 ("v5": rope_parameters, dtype, layer_types). What a file leaves out has
// the value that transformers 5.23 gives it.
package weights
