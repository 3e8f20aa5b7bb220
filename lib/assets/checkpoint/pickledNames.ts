/**
 * Names that training scripts leave beside the weights: of settings, counters, states of random numbers and optimizers.
 * They stand for values that are never made: what such a name is called with is read and forgotten.
 */
const harmless = [
  /^collections\.deque$/,
  /^(builtins|__builtin__)\.(bool|bytearray|bytes|complex|dict|float|frozenset|int|list|long|object|range|set|slice|str|tuple|unicode|xrange)$/,
  /^(copyreg|copy_reg)\._reconstructor$|^_codecs\.encode$|^functools\.partial$|^typing\.\w+$/,
  /^(argparse\.Namespace|types\.SimpleNamespace|decimal\.Decimal|fractions\.Fraction|uuid\.UUID)$/,
  /^datetime\.(date|datetime|time|timedelta|timezone)$/,
  /^pathlib\.(_local\.)?(Pure)?(Path|PosixPath|WindowsPath)$/,
  /^numpy\.(_?core\.(multiarray\.(scalar|_reconstruct)|numeric\._frombuffer)|dtype|ndarray|dtypes\.\w+)$/,
  /^numpy\.(bool|u?int|float|complex|longdouble|str|bytes)\w*$/,
  /^torch\.(Size|Tensor|device|torch_version\.TorchVersion|serialization\._get_layout|nn\.parameter\.(Parameter|Buffer))$/,
  /^torch\.(bool|bfloat|half|float|double|q?u?int|long|short|complex|bits)(\d\w*)?$/,
  /^torch\.(strided|sparse_coo|contiguous_format|channels_last|preserve_format)$/,
  /^torch\.(optim|(cuda\.)?amp\.grad_scaler)(\.\w+)+$/,
  /^(pytorch_lightning|lightning)\.[\w.]*\.(ModelCheckpoint|EarlyStopping)$/,
  /^(easydict\.EasyDict|addict\.addict\.Dict|yacs\.config\.CfgNode|fastcore\.foundation\.L)$/,
  /^omegaconf(\.\w+)+$|^mmengine\.logging\.\w+\.HistoryBuffer$/,
];

/** Whether a name only stands beside weights and does nothing. */
export function isHarmless(name: string): boolean {
  return harmless.some((pattern) => pattern.test(name));
}

/** Whether what the name makes is a dictionary, whose entries are read. */
export function isDictionary(name: string): boolean {
  return /^collections\.(OrderedDict|defaultdict|Counter)$|^(pytorch_lightning|lightning|lightning_fabric)\.[\w.]*\.AttributeDict$/.test(
    name,
  );
}
