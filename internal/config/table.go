package config

import "slices"

// The values of the key "engine".
const (
	Native = "native" // graft's own, on CPUs
	Torch  = "torch"  // PEFT + TRL
)

var (
	bothEngines = []string{Native, Torch}

	// Commands that read a key, by group of keys.
	modelStages   = []string{"plan", "train", "merge", "chat"}
	trainStages   = []string{"plan", "train"}
	dataStages    = []string{"dataset", "train"}
	datasetStages = []string{"dataset"}
)

const (
	maxCount = 1 << 16       // rows, ranks, files kept: far above use, far below overflow
	maxSteps = 1_000_000_000 // optimizer steps
	maxToken = 1 << 24       // tokens of one sequence
	maxSeed  = 1<<32 - 1     // what torch, numpy and graft all take
)

// options is the table of all keys, in the order of config/base.yaml.
var options = []option{
	{
		key: "domain", kind: kString, def: `""`, example: "avorion", form: formName, stages: slices.Concat(datasetStages, modelStages),
		doc: "Name that {domain} stands for; `--domain NAME` sets it when the file does not.",
	},

	{
		key: "model.name", kind: kString, def: "Qwen/Qwen3-Coder-30B-A3B-Instruct", example: "builtin:tiny-coder", form: formModel,
		engines: bothEngines, stages: slices.Concat(datasetStages, modelStages), aka: []string{"model_name_or_path", "base_model", "model_id", "pretrained_model"},
		doc: "Base model: hub id, directory, FILE.gguf, or builtin:tiny-coder.",
	},
	{
		key: "model.revision", kind: kString, def: "main", example: "v1.0", form: formNonEmpty,
		engines: bothEngines, stages: slices.Concat(datasetStages, modelStages), aka: []string{"branch", "commit", "model_revision"},
		doc: "Branch, tag or commit of a hub model.",
	},
	{
		key: "model.load_in_4bit", kind: kBool, def: "true", example: "false",
		engines: bothEngines, stages: trainStages, aka: []string{"qlora", "quantize", "bits"},
		doc: "Hold the base in 4-bit NF4 (QLoRA); false holds it in its own type (LoRA).",
	},
	{
		key: "model.double_quant", kind: kBool, def: "true", example: "false",
		engines: bothEngines, stages: trainStages, aka: []string{"bnb_4bit_use_double_quant", "use_double_quant"},
		doc: "Quantise the NF4 scales too; used with load_in_4bit.",
	},
	{
		key: "model.dtype", kind: kString, def: "bfloat16", example: "float32", values: []string{"bfloat16", "float32"},
		engines: bothEngines, stages: trainStages, aka: []string{"torch_dtype", "bf16", "fp16", "bnb_4bit_compute_dtype", "precision"},
		doc: "Type computed in.",
	},

	{
		key: "data.train", kind: kFiles, def: "data/{domain}/train.jsonl", example: "pairs.jsonl", form: formPath,
		engines: bothEngines, stages: dataStages, aka: []string{"train_file", "dataset_name", "dataset_path", "train_data", "datasets"},
		doc: "Training records: .jsonl, .json or .parquet; of several files, each epoch takes what the weights say.",
	},
	{
		key: "data.eval", kind: kFiles, def: "data/{domain}/eval.jsonl", example: `""`, form: formOptionalPath,
		engines: bothEngines, stages: dataStages, aka: []string{"eval_file", "validation_file", "test_datasets", "val_data"},
		doc: "Evaluation records, read when training.eval_steps > 0; several files are evaluated one by one.",
	},
	{
		key: "data.format", kind: kString, def: "auto", example: "messages",
		values:  []string{"auto", "instruction", "messages", "prompt-completion", "text"},
		engines: bothEngines, stages: []string{"train"}, aka: []string{"dataset_format", "type"},
		doc: "Shape of the records; auto looks at the first.",
	},
	{
		key: "data.system_prompt", kind: kString, def: `""`, example: `"You write GDScript 2."`,
		engines: bothEngines, stages: []string{"train", "chat"}, aka: []string{"system", "system_message", "default_system"},
		doc: "System turn put before each sample; empty: none.",
	},

	{
		key: "training.output_dir", kind: kString, def: "adapters/{domain}", example: "out", form: formPath,
		engines: bothEngines, stages: modelStages, aka: []string{"adapter_path", "save_dir"},
		doc: "Directory of the adapter, its metrics and its checkpoints.",
	},
	{
		key: "training.max_seq_length", kind: kInt, def: "2048", example: "512", allowed: from(2).to(maxToken),
		engines: bothEngines, stages: trainStages, aka: []string{"max_length", "sequence_len", "cutoff_len", "max_seq_len", "block_size", "context_length"},
		doc: "Tokens per sample; longer ones are cut off and counted.",
	},
	{
		key: "training.num_epochs", kind: kFloat, def: "3", example: "0.5", allowed: positive.to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"epochs", "num_train_epochs", "epoch", "max_epochs"},
		doc: "Passes over the data, fractions allowed.",
	},
	{
		key: "training.max_steps", kind: kInt, def: "0", example: "100", allowed: from(0).to(maxSteps),
		engines: bothEngines, stages: trainStages, aka: []string{"iters", "steps", "max_iters", "num_steps"},
		doc: "Optimizer steps; > 0 overrides num_epochs.",
	},
	{
		key: "training.batch_size", kind: kInt, def: "2", example: "8", allowed: from(1).to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"per_device_train_batch_size", "micro_batch_size", "train_batch_size"},
		doc: "Rows per forward pass: a sample each, or, with packing, several samples that fill max_seq_length.",
	},
	{
		key: "training.gradient_accumulation_steps", kind: kInt, def: "4", example: "1", allowed: from(1).to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"grad_accum", "grad_accumulation_steps", "accumulate_grad_batches"},
		doc: "Forward passes per optimizer step.",
	},
	{
		key: "training.learning_rate", kind: kFloat, def: "2.0e-4", example: "1.0e-5", allowed: positive.to(1),
		engines: bothEngines, stages: trainStages, aka: []string{"lr"},
		doc: "Highest learning rate of the schedule.",
	},
	{
		key: "training.lr_scheduler", kind: kString, def: "cosine", example: "linear",
		values:  []string{"cosine", "linear", "constant", "constant_with_warmup"},
		engines: bothEngines, stages: trainStages, aka: []string{"lr_scheduler_type", "scheduler", "lr_schedule"},
		doc: "Schedule after the warm-up.",
	},
	{
		key: "training.warmup_steps", kind: kInt, def: "0", example: "10", allowed: from(0).to(maxSteps),
		engines: bothEngines, stages: trainStages, aka: []string{"warmup", "num_warmup_steps"},
		doc: "Steps of linear warm-up.",
	},
	{
		key: "training.warmup_ratio", kind: kFloat, def: "0.0", example: "0.03", allowed: fraction,
		engines: bothEngines, stages: trainStages,
		doc: "Warm-up as a share of all steps, instead of warmup_steps.",
	},
	{
		key: "training.weight_decay", kind: kFloat, def: "0.0", example: "0.01", allowed: from(0).to(1),
		engines: bothEngines, stages: trainStages, aka: []string{"decay"},
		doc: "Decoupled weight decay of AdamW.",
	},
	{
		key: "training.adam_beta1", kind: kFloat, def: "0.9", example: "0.95", allowed: fraction,
		engines: bothEngines, stages: trainStages, aka: []string{"beta1", "betas"},
		doc: "AdamW: decay of the mean of gradients.",
	},
	{
		key: "training.adam_beta2", kind: kFloat, def: "0.999", example: "0.95", allowed: fraction,
		engines: bothEngines, stages: trainStages, aka: []string{"beta2"},
		doc: "AdamW: decay of the mean of squared gradients.",
	},
	{
		key: "training.adam_epsilon", kind: kFloat, def: "1.0e-8", example: "1.0e-6", allowed: positive.to(1),
		engines: bothEngines, stages: trainStages, aka: []string{"epsilon", "eps", "adam_eps"},
		doc: "AdamW: added to the root of the second moment.",
	},
	{
		key: "training.max_grad_norm", kind: kFloat, def: "1.0", example: "0.3", allowed: from(0),
		engines: bothEngines, stages: trainStages, aka: []string{"gradient_clipping", "clip_grad_norm", "grad_clip"},
		doc: "Gradients are scaled down to this norm; 0: never.",
	},
	{
		key: "training.packing", kind: kBool, def: "false", example: "true",
		engines: bothEngines, stages: trainStages, aka: []string{"sample_packing", "pack"},
		doc: "Fill each row with several samples, best fit decreasing; they never attend to each other.",
	},
	{
		key: "training.shuffle", kind: kBool, def: "true", example: "false",
		engines: bothEngines, stages: trainStages, aka: []string{"shuffle_dataset"},
		doc: "New order each epoch; false: file order.",
	},
	{
		key: "training.loss_on", kind: kString, def: "completion", example: "all", values: []string{"completion", "all"},
		engines: bothEngines, stages: trainStages, aka: []string{"completion_only_loss", "train_on_inputs", "mask_prompt", "assistant_only_loss"},
		doc: "Tokens that are learned: after the generation prompt, or all.",
	},
	{
		key: "training.gradient_checkpointing", kind: kBool, def: "true", example: "false",
		engines: bothEngines, stages: trainStages, aka: []string{"grad_checkpoint", "activation_checkpointing", "recompute"},
		doc: "Recompute each layer in the backward pass: less memory, more time.",
	},
	{
		key: "training.seed", kind: kInt, def: "42", example: "7", allowed: from(0).to(maxSeed),
		engines: bothEngines, stages: trainStages, aka: []string{"random_seed", "data_seed"},
		doc: "Seed of initial adapter, dropout and shuffling.",
	},
	{
		key: "training.logging_steps", kind: kInt, def: "1", example: "10", allowed: from(1).to(maxSteps),
		engines: bothEngines, stages: trainStages, aka: []string{"log_every", "log_every_n_steps", "steps_per_report"},
		doc: "Steps from one line of metrics.jsonl to the next.",
	},
	{
		key: "training.eval_steps", kind: kInt, def: "0", example: "50", allowed: from(0).to(maxSteps),
		engines: bothEngines, stages: trainStages, aka: []string{"eval_every", "evals_per_epoch", "steps_per_eval", "eval_strategy"},
		doc: "Steps from one evaluation to the next; 0: none.",
	},
	{
		key: "training.save_steps", kind: kInt, def: "0", example: "100", allowed: from(0).to(maxSteps),
		engines: bothEngines, stages: trainStages, aka: []string{"save_every", "saves_per_epoch", "checkpoint_steps", "save_strategy"},
		doc: "Steps from one checkpoint to the next; 0: every ten minutes. An interrupted run saves too.",
	},
	{
		key: "training.save_total_limit", kind: kInt, def: "2", example: "5", allowed: from(1).to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"max_checkpoints", "keep_last_n_checkpoints"},
		doc: "Checkpoints kept.",
	},
	{
		key: "training.early_stopping_patience", kind: kInt, def: "0", example: "3", allowed: from(0).to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"patience", "early_stopping"},
		doc: "Evaluations without a lower loss before stopping; 0: never stop early.",
	},
	{
		key: "training.router_aux_loss", kind: kBool, def: "true", example: "false",
		engines: bothEngines, stages: trainStages, aka: []string{"router_aux_loss_coef", "output_router_logits", "moe_aux_loss"},
		doc: "Add the load-balancing loss of MoE routers with the model's own router_aux_loss_coef (0: none), as TRL does; reported apart.",
	},
	{
		key: "training.max_memory", kind: kFloat, def: "0", example: "16", allowed: from(0).to(maxCount),
		engines: []string{Native}, stages: modelStages, aka: []string{"memory_limit", "max_ram"},
		doc: "GiB that a run, a chat or the check of a merge may take; 0: what is free. A base written by graft quantize streams from disk where it does not fit.",
	},
	{
		key: "training.checkpointed_layers", kind: kString, def: "all", example: "auto", values: []string{"all", "auto"},
		engines: []string{Native}, stages: trainStages, aka: []string{"selective_checkpointing", "activation_memory_budget"},
		doc: "Layers that gradient_checkpointing recomputes; auto: only those whose results max_memory has no room for. Changes no result.",
	},
	{
		key: "training.activation_offload", kind: kString, def: "none", example: "disk", values: []string{"none", "disk"},
		engines: []string{Native}, stages: trainStages, aka: []string{"activation_offloading", "offload_activations"},
		doc: "Where the inputs of layers wait for the backward pass, with gradient_checkpointing: memory, or a temporary file in output_dir.",
	},
	{
		key: "training.resume", kind: kString, def: "auto", example: "never", values: []string{"auto", "never"},
		engines: bothEngines, stages: trainStages, aka: []string{"resume_from_checkpoint", "auto_resume_from_checkpoints"},
		doc: "auto goes on from the newest checkpoint in output_dir.",
	},

	{
		key: "lora.r", kind: kInt, def: "16", example: "8", allowed: from(1).to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"lora_r", "rank", "lora_rank", "lora_dim"},
		doc: "Rank.",
	},
	{
		key: "lora.alpha", kind: kFloat, def: "32", example: "16", allowed: positive,
		engines: bothEngines, stages: trainStages, aka: []string{"lora_alpha", "scale"},
		doc: "Scale numerator: the update is multiplied by alpha / r (rsLoRA: alpha / sqrt(r)).",
	},
	{
		key: "lora.dropout", kind: kFloat, def: "0.0", example: "0.05", allowed: fraction,
		engines: bothEngines, stages: trainStages, aka: []string{"lora_dropout"},
		doc: "Dropout on the adapter's input.",
	},
	{
		key: "lora.target_modules", kind: kList, def: "[q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj]", example: "all-linear",
		values: []string{"all-linear"}, form: formNonEmpty, notEmpty: true,
		engines: bothEngines, stages: trainStages, aka: []string{"lora_target_modules", "lora_target", "targets", "keys", "modules"},
		doc: "What is trained: last components of module paths, or full paths; all-linear: all but the head.",
	},
	{
		key: "lora.exclude_modules", kind: kList, def: "[]", example: "[model.layers.0.mlp.down_proj]", form: formNonEmpty,
		engines: bothEngines, stages: trainStages, aka: []string{"lora_exclude_modules", "ignore_modules"},
		doc: "Taken out of target_modules; matched in the same way.",
	},
	{
		key: "lora.use_dora", kind: kBool, def: "false", example: "true",
		engines: bothEngines, stages: trainStages, aka: []string{"dora", "peft_use_dora"},
		doc: "DoRA: learn magnitude and direction apart.",
	},
	{
		key: "lora.use_rslora", kind: kBool, def: "false", example: "true",
		engines: bothEngines, stages: trainStages, aka: []string{"rslora", "peft_use_rslora"},
		doc: "rsLoRA: scale by alpha / sqrt(r).",
	},
	{
		key: "lora.rank_pattern", kind: kIntMap, def: "{}", example: "{down_proj: 32}", allowed: from(1).to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"ranks"},
		doc: "Rank per module, by PEFT's rule (end of the path, regular expressions allowed).",
	},
	{
		key: "lora.alpha_pattern", kind: kFloatMap, def: "{}", example: "{down_proj: 64}", allowed: positive,
		engines: bothEngines, stages: trainStages, aka: []string{"alphas"},
		doc: "Alpha per module, by the same rule.",
	},
	{
		key: "lora.init_from", kind: kString, def: `""`, example: "adapters/first", form: formOptionalPath,
		engines: bothEngines, stages: trainStages, aka: []string{"lora_model_dir", "adapter_name_or_path", "resume_adapter_file", "adapter"},
		doc: "PEFT adapter directory to start from; its own r, alpha, targets and variant govern.",
	},
	{
		key: "lora.experts.enabled", kind: kBool, def: "true", example: "false",
		engines: bothEngines, stages: trainStages,
		doc: "Names in target_modules reach routed experts too; false leaves those untrained.",
	},
	{
		key: "lora.experts.r", kind: kInt, def: "0", example: "4", allowed: from(0).to(maxCount),
		engines: bothEngines, stages: trainStages, aka: []string{"expert_rank", "moe_rank"},
		doc: "Rank of routed experts; 0: lora.r. There are many: 16 on all of them is billions of parameters.",
	},
	{
		key: "lora.experts.alpha", kind: kFloat, def: "0", example: "8", allowed: from(0),
		engines: bothEngines, stages: trainStages,
		doc: "Alpha of routed experts; 0: lora.alpha.",
	},

	{
		key: "engine", kind: kString, def: Native, example: Torch, values: bothEngines, stages: trainStages, aka: []string{"backend"},
		doc: "What trains: native (this program, on CPUs), all that this version has, or torch (PEFT + TRL).",
	},

	{
		key: "dataset.raw", kind: kString, def: "data/{domain}/raw", example: "../my-game/scripts", form: formPath, stages: datasetStages,
		aka: []string{"source", "input", "sources"},
		doc: "Source code: a folder, a git URL[@commit, branch or tag] (https, ssh, file), or `install` for the game's own folder.",
	},
	{
		key: "dataset.include", kind: kList, def: "[]", example: `["**/*.lua"]`, form: formNonEmpty, stages: datasetStages, aka: []string{"patterns", "extensions"},
		doc: "Globs of files to read; empty: what the domain says.",
	},
	{
		key: "dataset.exclude", kind: kList, def: "[]", example: `["addons/**"]`, form: formNonEmpty, stages: datasetStages, aka: []string{"ignore"},
		doc: "Globs of files to leave out.",
	},
	{
		key: "dataset.licenses", kind: kList, def: "any", example: "[MIT, Apache-2.0]", values: []string{"any", "permissive"},
		form: formNonEmpty, notEmpty: true, stages: datasetStages, aka: []string{"license", "licences", "licence"},
		doc: "Licences that are taken, as SPDX ids; permissive: those that ask for no more than notices.",
	},
	{
		key: "dataset.teacher", kind: kString, def: "anthropic", example: "none", values: []string{"anthropic", "openai", "none"},
		stages: datasetStages, aka: []string{"provider", "llm_provider"},
		doc: "Who writes instructions; openai: any compatible endpoint; none: offline, all that this version has.",
	},
	{
		key: "dataset.teacher_model", kind: kString, def: "claude-haiku-5-5", example: "qwen3-coder", stages: datasetStages, aka: []string{"llm"},
		doc: "The teacher's model.",
	},
	{
		key: "dataset.base_url", kind: kString, def: `""`, example: "http://localhost:8080/v1", form: formOptionalURL, stages: datasetStages,
		aka: []string{"endpoint", "url", "api_base"},
		doc: "Endpoint; empty: ANTHROPIC_BASE_URL or OPENAI_BASE_URL, else the vendor's.",
	},
	{
		key: "dataset.mode", kind: kString, def: "batch", example: "live", values: []string{"batch", "live"}, stages: datasetStages,
		doc: "Message batches (half the price) or live requests.",
	},
	{
		key: "dataset.concurrency", kind: kInt, def: "4", example: "16", allowed: from(1).to(1024), stages: datasetStages, aka: []string{"workers", "parallel"},
		doc: "Live requests at once.",
	},
	{
		key: "dataset.max_cost", kind: kFloat, def: "5.00", example: "0.50", allowed: from(0), stages: datasetStages, aka: []string{"budget"},
		doc: "US dollars for one build, never exceeded.",
	},
	{
		key: "dataset.tasks", kind: kFloatMap, def: "{write: 0.40, complete: 0.25, extend: 0.10, fix: 0.10, convert: 0.05, explain: 0.05, review: 0.05}",
		example: "{write: 0.60, complete: 0.05}", allowed: from(0).to(1),
		values: []string{"write", "complete", "extend", "fix", "convert", "explain", "review"}, stages: datasetStages, aka: []string{"mix", "task_mix"},
		doc: "Share of each task; together 1.",
	},
	{
		key: "dataset.min_tokens", kind: kInt, def: "16", example: "8", allowed: from(1).to(maxToken), stages: datasetStages,
		doc: "Shortest output, in the base model's tokens.",
	},
	{
		key: "dataset.max_tokens", kind: kInt, def: "1024", example: "2048", allowed: from(1).to(maxToken), stages: datasetStages,
		doc: "Longest output, in the base model's tokens.",
	},
	{
		key: "dataset.near_duplicate", kind: kFloat, def: "0.7", example: "0.8", allowed: positive.to(1), stages: datasetStages,
		aka: []string{"threshold", "dedup_threshold", "similarity"},
		doc: "Jaccard similarity of 5-token shingles from which two pieces count as the same.",
	},
	{
		key: "dataset.dev", kind: kFloat, def: "0.05", example: "0.1", allowed: fraction, stages: datasetStages, aka: []string{"validation", "val_set_size"},
		doc: "Share of near-duplicate components put into the development set.",
	},
	{
		key: "dataset.test", kind: kFloat, def: "0.05", example: "0.1", allowed: fraction, stages: datasetStages, aka: []string{"test_size"},
		doc: "Share of near-duplicate components put into the test set.",
	},
	{
		key: "dataset.hold_out", kind: kList, def: "[]", example: "[my-other-game]", form: formNonEmpty, stages: datasetStages, aka: []string{"holdout"},
		doc: "Repositories or folders never trained on.",
	},
	{
		key: "dataset.disable_filters", kind: kList, def: "[]", example: "[length]", form: formNonEmpty, stages: datasetStages,
		doc: "Filters to leave out, named as `graft dataset stats` prints them.",
	},
	{
		key: "dataset.price", kind: kString, def: `""`, example: "0.10/0.50", stages: datasetStages, aka: []string{"cost_per_token"},
		doc: "Price of a teacher's model that is not known: dollars for a million tokens in and out.",
	},
	{
		key: "dataset.effort", kind: kString, def: `""`, example: "low", stages: datasetStages, aka: []string{"reasoning_effort", "thinking"},
		doc: "How much the teacher thinks: low, medium, high, xhigh, max; empty: the model's default. For anthropic.",
	},
	{
		key: "dataset.api", kind: kList, def: "[]", example: "[extension_api.json]", form: formNonEmpty, stages: datasetStages, aka: []string{"surface", "documentation"},
		doc: "Files and folders that describe the domain's API, or `install` for the documentation that the game brings with it; empty: what lies in the source code.",
	},
	{
		key: "dataset.gates", kind: kList, def: "[]", example: "[luac]", form: formNonEmpty, stages: datasetStages, aka: []string{"checkers", "compilers"},
		doc: "Checkers on the PATH that judge each file too, a copy of it, and run nothing: clang, gcc, godot, luac, luajit.",
	},
	{
		key: "dataset.include_dirs", kind: kList, def: "[]", example: "[../flecs/include]", form: formNonEmpty, stages: datasetStages, aka: []string{"include_path"},
		doc: "Folders of headers for the gates clang and gcc.",
	},
	{
		key: "dataset.caps", kind: kIntMap, def: "{file: 200, symbol: 0, task: 0}", example: "{file: 50}", allowed: from(0).to(maxToken),
		values: []string{"file", "symbol", "task"}, stages: datasetStages, aka: []string{"max_per_file", "diversity"},
		doc: "Most records by file, by rarest symbol of the API, and by task within a file; 0: no limit.",
	},
	{
		key: "dataset.decontaminate", kind: kList, def: "[]", example: "[benchmarks/humaneval.jsonl]", form: formNonEmpty, stages: datasetStages,
		aka: []string{"decontamination", "benchmarks"},
		doc: "Files, text or JSON lines, that no record may share 13 words in a row with.",
	},
	{
		key: "dataset.self_check", kind: kBool, def: "false", example: "true", stages: datasetStages, aka: []string{"judge", "verify"},
		doc: "Ask the teacher of each request whether it is enough to write the answer; costs about as much again.",
	},
	{
		key: "dataset.fim", kind: kFloat, def: "0.0", example: "0.5", allowed: from(0).to(1), stages: datasetStages, aka: []string{"fim_rate", "infilling"},
		doc: "Share of the task complete that is worded with the fill-in-the-middle tokens of Qwen's coder models.",
	},
	{
		key: "dataset.languages", kind: kList, def: "[English]", example: "[English, German]", form: formNonEmpty, notEmpty: true, stages: datasetStages,
		doc: "Languages that the teacher writes in; one of them each time.",
	},
	{
		key: "dataset.prompts", kind: kString, def: "prompts", example: "my-prompts", form: formPath, stages: datasetStages, aka: []string{"templates"},
		doc: "Folder of templates that replace those built in, file by file; it need not be there.",
	},
	{
		key: "dataset.seed", kind: kInt, def: "42", example: "7", allowed: from(0).to(maxSeed), stages: datasetStages,
		doc: "Seed of plan and split.",
	},
}
