"""Sentences that reach the window as finished English: see `words.read`.

The project file keeps what was done and what is wrong with photos, a round's worker is another
process, and pipnet is a library of its own: none of them knows in which language somebody reads.
What they put in is named here in braces.
"""

from __future__ import annotations

from labeltool.domain import mark

DEEDS = (
    mark("set back"),
    mark("{verdict} {count} faces"),
    mark("set back {count} faces"),
    mark("{verdict} by score {low} to {high}"),
    mark("labels from {file}"),
    mark("proposals from {file}"),
    mark("restoring {verdict}"),
    mark("taking back {what}"),
    mark("flag"),
    mark("unflag"),
    mark("draw a box"),
    mark("take a photo whole"),
    mark("take {count} photos whole"),
    mark("move the box"),
    mark("move"),
)
"""What an operation of the log did."""

MODELS = (
    mark("starter"),
    mark("mean face"),
    mark("round {number}"),
    mark("import of {file}"),
)
"""Names of models."""

PHOTOS = (
    mark("{photo} is not there"),
    mark("{photo} is a folder, not a photo"),
    mark("{photo} is not a file"),
    mark("{photo} is empty (0 bytes)"),
    mark("{photo} is truncated"),
    mark("{photo} is truncated or damaged"),
    mark("{photo} is not an image that can be read"),
    mark("{photo} is {kind}, which is not supported; convert it to JPEG"),
    mark("{photo} claims {width} x {height} pixels, more than the limit of {limit} megapixels"),
    mark("{photo} needs more memory than there is"),
    mark("{photo} is {width} x {height} pixels now and was {old_width} x {old_height} before"),
    mark("{photo} could not be opened: {reason}"),
    mark("{photo} could not be listed: {reason}"),
    mark("{photo} could not be read: {reason}"),
    mark("it crashed the image reader"),
    mark("there is no such file or folder"),
)
"""What is wrong with a photo."""

SYSTEM = (
    mark("Permission denied"),
    mark("Operation not permitted"),
    mark("No space left on device"),
    mark("Disk quota exceeded"),
    mark("No such file or directory"),
    mark("Not a directory"),
    mark("Is a directory"),
    mark("File exists"),
    mark("File name too long"),
    mark("Read-only file system"),
    mark("Input/output error"),
    mark("Too many open files"),
    mark("Cannot allocate memory"),
    mark("no reason given"),
)
"""What the operating system says most."""

LABELS = (
    mark("{photo} is not a photo of this project"),
    mark("a face of {photo} has no landmarks"),
    mark("{photo}: annotation {number} has no keypoints."),
    mark("{photo}: annotation {number} has no box and no labelled point."),
    mark("{photo}: a face is left out, for .pts cannot tell that a landmark is absent."),
    mark("{file} could not be listed."),
    mark("{photo} could belong to {others}; rename one of them"),
    mark("{photo} could be {others}; name its folder in the label file"),
    mark("{photo} could be {others}; move the label file so that only one of them fits"),
    mark(
        "{photo} could be {others}, which cannot be read to compare its content; mend or replace "
        "that photo, then import the labels again"
    ),
    mark(
        "{photo} is not {others}: only the file name agrees; if it is, name the photo's own folder "
        "in the label file, or put the label file where its names lead to the photos"
    ),
    mark(
        "{photo} is not the photo that was labelled: the content of {file} differs; put the "
        "labelled photo in its place"
    ),
    mark(
        "{photo} is not used: {others} would both be {file}; leave only the right one in the label "
        "file"
    ),
    mark("{photo} is listed twice, with different sizes or contents; leave the right one"),
    mark("{photo} is not a photo of a kind that can be read"),
    mark("{photo} cannot be used: {reason}"),
    mark("the photo cannot be read"),
    mark(
        "{photo} has {count} landmarks, this project's scheme has {ours}; label it again with all "
        "of them"
    ),
    mark("{photo} has the face around {x}, {y} more than once; the others are left out"),
    mark("a face of {photo} has landmarks far outside the photo ({size}); label it again"),
    mark("{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn"),
    mark("{photo} is {here} here, but {file} labelled it at {stated}: on a copy of another size"),
    mark(
        "{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn and on a "
        "copy of another size"
    ),
    mark(
        "{photo} is {here} here, but {file} labelled it at {stated}; neither a turn nor a scale "
        "explains that"
    ),
    mark(
        "{photo} has an EXIF orientation, and {file} labelled other photos as they are stored; its "
        "size ({size}) does not tell which it is here"
    ),
    mark("{reason}; import it with {options} if that is so"),
    mark("{reason}; label the photo as it is here"),
    mark(
        "{photo} could not be read: {reason}; its labels are written without the hash of its "
        "content"
    ),
    mark(
        "{file} names other landmarks. Only in the file: {names}. Only in the scheme: {ours}. "
        "Rename them in the file, or use a scheme with its names: by their places left could "
        "become right."
    ),
    mark("{file} holds several .json files ({names}); choose one of them."),
    mark("{file} could not be opened: {reason}."),
    mark("{file} is not JSON: it is not UTF-8 text."),
    mark("{file} is not JSON: line {line}, column {column}: {error}."),
    mark("{file} is not JSON that can be read: {error}."),
    mark("{file} is not a COCO file: it holds {kind}, not an object."),
    mark('{file} is not a COCO data set: it has no "{key}".'),
    mark('{file}: "{key}" is {kind}, not a list.'),
    mark(
        "{file} is a results file (a list of predictions), which names no photos. Use the data set "
        "it was made for: an object with images, annotations and categories."
    ),
    mark("{file} holds faces of several categories ({names}). Export each into a file of its own."),
    mark(
        "{file} names no keypoints in its categories, so it holds no landmarks. Export it as COCO "
        "keypoints."
    ),
    mark(
        '{file} has no "{brace}": the points of a .pts file stand between braces. It may be cut '
        "off or of another kind; export it again."
    ),
    mark("{file} has no points between its braces; label it again."),
    mark(
        "{file} says n_points: {stated}, but holds {count} points. It may be cut off; export it "
        "again, or correct the number."
    ),
    mark("{file} is too large for landmarks; it may be a laser scan."),
    mark("{file}, line {line}: {count} columns where x and y belong; put one point on each line."),
    mark("{file}, line {line}: {word} is not a number; correct it."),
    mark("{file}, line {line}: {word} is no position; label this point again."),
)
"""What is wrong with a label file, or a row of it."""

SCHEMES = (
    mark(
        "there is no scheme {scheme}; known: {names}; or give a number of points, or a .toml file"
    ),
    mark("{file} is not a scheme: {error}"),
    mark("scheme {scheme} has no landmarks"),
    mark("scheme {scheme} names {name} twice"),
    mark("scheme {scheme}: {error}"),
)
"""What is wrong with a landmark scheme."""

FAILURES = (
    mark("The round ended without results."),
    mark("The results in {path} cannot be read: {reason}."),
    mark("The run folder {folder} is not there any more."),
    mark("The worker ended without a word. Its log is in the round's folder; try again."),
    mark(
        "The worker was killed (signal {number}), perhaps because memory ran out. Close other "
        "programs and try again."
    ),
    mark("There is not enough memory. Close other programs, then try again."),
    mark("The GPU has not enough memory. Close other programs that use it, or train on the CPU."),
    mark("The training diverged: {error}. Look for wrong labels, then try again."),
    mark("The disk is full. Free some space, then try again."),
    mark("Unexpected error: {error}"),
    mark("There is no usable CUDA device. Choose the device 'cpu' or 'auto'."),
    mark(
        "None of the labelled photos can be used: {reason}. Put them back, or point the project to "
        "where they are now."
    ),
    mark(
        "None of the photos with faces can be used: {reason}. Put them back, or point the project "
        "to where they are now."
    ),
    mark(
        "No manual label has all its landmarks, so training cannot start. Place every landmark of "
        "at least one face."
    ),
    mark("{path} is not a whole safetensors file: {error}"),
    mark("{path} was written by a newer version of this program"),
    mark("there is no model file {path}"),
)
"""Why a round failed."""

REGIONS = (mark("jaw"), mark("brows"), mark("nose"), mark("eyes"), mark("mouth"), mark("chin"))
"""Groups of landmarks of the shipped schemes."""

PHRASES = (*DEEDS, *MODELS, *PHOTOS, *SYSTEM, *LABELS, *SCHEMES, *FAILURES, *REGIONS)
