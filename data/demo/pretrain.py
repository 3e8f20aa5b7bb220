"""Trains the demo checkpoint: ResNet-18 on 1000 procedural classes (20 shapes x 10 textures x 5 palettes).

Needs PyTorch and torchvision (Debian: python3-torch python3-torchvision); under an hour on 2 cores.
    npx tsx data/demo/pretext-images.ts build/pretext.bin 120000
    python3 data/demo/pretrain.py build/pretext.bin build/first.safetensors --stop 1200 > data/demo/pretrain.log
    python3 data/demo/pretrain.py build/pretext.bin data/demo/resnet18-demo.safetensors \
        --start build/first.safetensors --steps 700 --peak-lr 0.1 >> data/demo/pretrain.log
The first run is the first half of a schedule of 2400 steps; the second anneals from there.

Convolutions start at a quarter of Kaiming's scale: BatchNorm hides the scale, so the same learning rate turns
the filters faster, and the spectra are those of what was learned instead of those of the random start.
"""
import argparse
import json
import struct
import time

import numpy as np
import torch
import torch.nn.functional as F
import torchvision

BATCH, DECAY = 128, 5e-4
HELD_OUT = 2000
SMALL, LARGE, SWITCH = 48, 64, 0.7


def load(path):
    records = np.fromfile(path, np.uint8).reshape(-1, 2 + 3072)
    labels = records[:, 0].astype(np.int64) + 256 * records[:, 1].astype(np.int64)
    return torch.from_numpy(records[:, 2:].reshape(-1, 3, 32, 32).copy()), torch.from_numpy(labels)


def normalise(images):
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    return (images.float() / 255 - mean) / std


def random_crop(images, side):
    """Zooms each image by 1 to 1.4 at a random place and scales it to side x side."""
    count = len(images)
    zoom = torch.rand(count, 1, 1) * 0.3 + 0.7
    shift = (torch.rand(count, 2, 1) * 2 - 1) * (1 - zoom)
    theta = torch.cat([torch.eye(2).expand(count, 2, 2) * zoom, shift], 2)
    grid = F.affine_grid(theta, (count, 3, side, side), align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="reflection", align_corners=False)


def accuracy(model, images, labels, side):
    model.eval()
    hits = 0
    with torch.no_grad():
        for start in range(0, len(images), 250):
            batch = F.interpolate(normalise(images[start:start + 250]), size=side, mode="bilinear", align_corners=False)
            hits += (model(batch.to(memory_format=torch.channels_last)).argmax(1) == labels[start:start + 250]).sum().item()
    model.train()
    return hits / len(images)


def save_half(state, path):
    """Half-precision safetensors: 8-byte header length, JSON header, raw little-endian tensors."""
    header, blobs, offset = {"__metadata__": {"format": "pt"}}, [], 0
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        blob = tensor.detach().half().contiguous().numpy().tobytes()
        header[name] = {"dtype": "F16", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def load_half(path):
    """Reads what save_half wrote."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        body = file.read()
    state = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            state[name] = torch.from_numpy(np.frombuffer(body[begin:end], np.float16).reshape(entry["shape"]).astype(np.float32))
    return state


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images")
    parser.add_argument("target")
    parser.add_argument("--start", help="weights to go on from")
    parser.add_argument("--steps", type=int, default=2400, help="length of the schedule")
    parser.add_argument("--stop", type=int, help="end the schedule at this step")
    parser.add_argument("--peak-lr", type=float, default=0.2)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    steps, last, target = options.steps, options.stop or options.steps, options.target
    torch.manual_seed(18 if options.start is None else 19)
    torch.set_num_threads(options.threads)
    images, labels = load(options.images)
    model = torchvision.models.resnet18().to(memory_format=torch.channels_last)
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d):
                module.weight.mul_(0.25)
        model.fc.weight.mul_(0.25)
    if options.start:
        model.load_state_dict(load_half(options.start), strict=False)
    optimiser = torch.optim.SGD(model.parameters(), lr=options.peak_lr, momentum=0.9, weight_decay=DECAY, nesterov=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.peak_lr, total_steps=steps, pct_start=0.15 if options.start is None else 0.02)
    train = len(images) - HELD_OUT
    order, began, running = torch.randperm(train), time.time(), None
    print(f"torch {torch.__version__}, {train} images, {HELD_OUT} held out, {steps} steps of {BATCH}", flush=True)
    for step in range(1, last + 1):
        start = (step - 1) * BATCH % (train - BATCH)
        if step > 1 and start < BATCH:
            order = torch.randperm(train)
        picked = order[start:start + BATCH]
        side = SMALL if step < SWITCH * steps else LARGE
        batch = random_crop(normalise(images[picked]), side).to(memory_format=torch.channels_last)
        loss = F.cross_entropy(model(batch), labels[picked])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        running = loss.item() if running is None else 0.98 * running + 0.02 * loss.item()
        if step % 100 == 0:
            print(f"step {step:5d}  side {side}  loss {running:.3f}  {time.time() - began:6.0f} s", flush=True)
        if step % 400 == 0 or step == last:
            top1 = accuracy(model, images[train:], labels[train:], LARGE)
            print(f"step {step:5d}  held-out top-1 of 1000 classes at side {LARGE}: {100 * top1:.2f} %", flush=True)
            save_half(model.state_dict(), target)


main()
