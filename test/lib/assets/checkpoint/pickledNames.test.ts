import assert from "node:assert/strict";
import { test } from "node:test";
import { isDictionary, isHarmless } from "../../../../lib/assets/checkpoint/pickledNames";

const harmless = `
  collections.deque builtins.set builtins.frozenset builtins.complex builtins.bytearray builtins.slice builtins.range
  __builtin__.xrange copyreg._reconstructor copy_reg._reconstructor _codecs.encode functools.partial argparse.Namespace
  types.SimpleNamespace datetime.datetime datetime.timedelta pathlib.PosixPath pathlib.PureWindowsPath
  pathlib._local.PosixPath numpy.core.multiarray.scalar numpy._core.multiarray._reconstruct numpy._core.numeric._frombuffer
  numpy.ndarray numpy.dtype numpy.float64 numpy.int64 numpy.bool_ numpy.dtypes.Float64DType torch.Size torch.device
  torch.float16 torch.float torch.float8_e4m3fn torch.int64 torch.bool torch.strided torch.Tensor
  torch.nn.parameter.Parameter torch.torch_version.TorchVersion torch.serialization._get_layout torch.optim.sgd.SGD
  torch.optim.lr_scheduler.CosineAnnealingLR torch.cuda.amp.grad_scaler.GradScaler
  pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint omegaconf.dictconfig.DictConfig typing.Any
  mmengine.logging.history_buffer.HistoryBuffer easydict.EasyDict yacs.config.CfgNode fastcore.foundation.L`;
const refused = `
  os.system posix.system nt.system subprocess.Popen builtins.eval builtins.exec builtins.getattr builtins.__import__
  builtins.open builtins.print __builtin__.eval operator.attrgetter importlib.import_module runpy.run_path shutil.rmtree
  pickle.loads torch.load torch.storage._load_from_bytes torch.hub.load torch.jit.load torch.optim numpy.load
  numpy.f2py.crackfortran.getlincoef numpy.testing._private.utils.runstring torch.utils.collect_env.run codecs.encode
  webbrowser.open socket.socket collections.namedtuple pathlib.os.system datetime.sys argparse.ArgumentParser
  __main__.Config torchvision.models.resnet.ResNet torch.nn.modules.linear.Linear torch._utils._rebuild_qtensor
  xbuiltins.set builtins.set.x torch.float.x typing.os.system`;
const names = (text: string) => text.trim().split(/\s+/);

test("names that stand beside weights are harmless, any other is not", () => {
  for (const name of names(harmless)) assert.ok(isHarmless(name), name);
  for (const name of names(refused)) assert.ok(!isHarmless(name) && !isDictionary(name), name);
});

test("dictionaries are read", () => {
  for (const name of names("collections.OrderedDict collections.defaultdict collections.Counter"))
    assert.ok(isDictionary(name), name);
  assert.ok(isDictionary("pytorch_lightning.utilities.parsing.AttributeDict"));
  assert.ok(!isDictionary("os.AttributeDict"));
});
