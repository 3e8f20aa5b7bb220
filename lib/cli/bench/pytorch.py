"""PyTorch's part of the benchmark: answers each line of JSON on stdin, behind which pixels may follow, with one on stdout.
Usage: python3 lib/cli/bench/pytorch.py THREADS
Weights are random: what a run costs does not depend on them.
"""
import json
import math
import sys
import time

import numpy as np
import torch
import torchvision
from PIL import Image
from torchvision import transforms

threads = int(sys.argv[1])
torch.set_num_threads(threads)
torch.set_grad_enabled(False)
torch.manual_seed(0)
batch_size = 64


def resnet(rank):
    model = torchvision.models.resnet18(num_classes=10)
    if rank:
        model.fc = torch.nn.Sequential(torch.nn.Linear(512, rank, bias=False), torch.nn.Linear(rank, 10))
    return model.eval()


models = {"base": resnet(None), "k = 5": resnet(5), "k = 2": resnet(2)}
noise = torch.randn(batch_size, 3, 128, 128)


def run(model):
    models[model](noise)


def extract(shape, preprocessing):
    """Seconds of each stage of extracting features of images, whose bytes follow: count, planes, height, width."""
    size = preprocessing["size"]
    preprocess = transforms.Compose([
        transforms.Resize(size),
        transforms.CenterCrop(size),
        transforms.ToTensor(),
        transforms.Normalize(preprocessing["mean"], preprocessing["deviation"]),
    ])
    planes = np.frombuffer(sys.stdin.buffer.read(math.prod(shape)), np.uint8).reshape(shape)
    images = [Image.fromarray(image) for image in np.ascontiguousarray(planes.transpose(0, 2, 3, 1))]
    backbone = torch.nn.Sequential(*list(models["base"].children())[:-1])
    backbone(torch.randn(batch_size, 3, size, size))
    stages = {"preprocess": 0.0, "run": 0.0}
    for first in range(0, len(images), batch_size):
        start = time.perf_counter()
        batch = torch.stack([preprocess(image) for image in images[first:first + batch_size]])
        middle = time.perf_counter()
        backbone(batch)
        stages["preprocess"] += middle - start
        stages["run"] += time.perf_counter() - middle
    return stages


commands = {"run": run, "extract": extract}
print(json.dumps(torch.__version__), flush=True)
for line in sys.stdin.buffer:
    command, *arguments = json.loads(line)
    print(json.dumps(commands[command](*arguments)), flush=True)
