"""Sentences that reach the window as finished English: see `words.read`.

The project file keeps what was done and what is wrong with photos, a round's worker is another
process, and pipnet is a library of its own: none of them knows in which language somebody reads.
What they put in is named here in braces.
"""

from __future__ import annotations

from labeltool.domain import N_

DEEDS = (
    N_("{verdict} by score {low} to {high}"),
    N_("labels from {file}"),
    N_("proposals from {file}"),
    N_("restoring {verdict}"),
    N_("flag"),
    N_("unflag"),
    N_("draw a box"),
    N_("take a photo whole"),
    N_("move the box"),
    N_("move"),
)
"""What an operation of the log did."""

MODELS = (
    N_("starter"),
    N_("mean face"),
    N_("round {number}"),
    N_("import of {file}"),
)
"""Names of models."""

PHOTOS = (
    N_("{photo} is not there"),
    N_("{photo} is a folder, not a photo"),
    N_("{photo} is not a file"),
    N_("{photo} is empty (0 bytes)"),
    N_("{photo} is truncated"),
    N_("{photo} is truncated or damaged"),
    N_("{photo} is not an image that can be read"),
    N_("{photo} is {kind}, which is not supported; convert it to JPEG"),
    N_("{photo} claims {width} x {height} pixels, more than the limit of {limit} megapixels"),
    N_("{photo} needs more memory than there is"),
    N_("{photo} is {width} x {height} pixels now and was {old_width} x {old_height} before"),
    N_("{photo} could not be opened: {reason}"),
    N_("{photo} could not be listed: {reason}"),
    N_("{photo} could not be read: {reason}"),
    N_("it crashed the image reader"),
    N_("there is no such file or folder"),
)
"""What is wrong with a photo."""

SYSTEM = (
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Is a directory"),
    N_("File exists"),
    N_("File name too long"),
    N_("Read-only file system"),
    N_("Input/output error"),
    N_("Too many open files"),
    N_("Cannot allocate memory"),
    N_("no reason given"),
)
"""What the operating system says most."""

LABELS = (
    N_("{photo} is not a photo of this project"),
    N_("a face of {photo} has no landmarks"),
    N_("{photo}: annotation {number} has no keypoints."),
    N_("{photo}: annotation {number} has no box and no labelled point."),
    N_("{photo}: a face is left out, for .pts cannot tell that a landmark is absent."),
    N_("{file} could not be listed."),
    N_("{photo} could belong to {others}; rename one of them"),
    N_("{photo} could be {others}; name its folder in the label file"),
    N_("{photo} could be {others}; move the label file so that only one of them fits"),
    N_(
        "{photo} could be {others}, which cannot be read to compare its content; mend or replace "
        "that photo, then import the labels again"
    ),
    N_(
        "{photo} is not {others}: only the file name agrees; if it is, name the photo's own folder "
        "in the label file, or put the label file where its names lead to the photos"
    ),
    N_(
        "{photo} is not the photo that was labelled: the content of {file} differs; put the "
        "labelled photo in its place"
    ),
    N_(
        "{photo} is not used: {others} would both be {file}; leave only the right one in the label "
        "file"
    ),
    N_("{photo} is listed twice, with different sizes or contents; leave the right one"),
    N_("{photo} is not a photo of a kind that can be read"),
    N_("{photo} cannot be used: {reason}"),
    N_("the photo cannot be read"),
    N_(
        "{photo} has {count} landmarks, this project's scheme has {ours}; label it again with all "
        "of them"
    ),
    N_("{photo} has the face around {x}, {y} more than once; the others are left out"),
    N_("a face of {photo} has landmarks far outside the photo ({size}); label it again"),
    N_("{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn"),
    N_("{photo} is {here} here, but {file} labelled it at {stated}: on a copy of another size"),
    N_(
        "{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn and on a "
        "copy of another size"
    ),
    N_(
        "{photo} is {here} here, but {file} labelled it at {stated}; neither a turn nor a scale "
        "explains that"
    ),
    N_(
        "{photo} has an EXIF orientation, and {file} labelled other photos as they are stored; its "
        "size ({size}) does not tell which it is here"
    ),
    N_("{reason}; import it with {options} if that is so"),
    N_("{reason}; label the photo as it is here"),
    N_(
        "{photo} could not be read: {reason}; its labels are written without the hash of its "
        "content"
    ),
    N_(
        "{file} names other landmarks. Only in the file: {names}. Only in the scheme: {ours}. "
        "Rename them in the file, or use a scheme with its names: by their places left could "
        "become right."
    ),
    N_("{file} holds several .json files ({names}); choose one of them."),
    N_("{file} could not be opened: {reason}."),
    N_("{file} is not JSON: it is not UTF-8 text."),
    N_("{file} is not JSON: line {line}, column {column}: {error}."),
    N_("{file} is not JSON that can be read: {error}."),
    N_("{file} is not a COCO file: it holds {kind}, not an object."),
    N_('{file} is not a COCO data set: it has no "{key}".'),
    N_('{file}: "{key}" is {kind}, not a list.'),
    N_(
        "{file} is a results file (a list of predictions), which names no photos. Use the data set "
        "it was made for: an object with images, annotations and categories."
    ),
    N_("{file} holds faces of several categories ({names}). Export each into a file of its own."),
    N_(
        "{file} names no keypoints in its categories, so it holds no landmarks. Export it as COCO "
        "keypoints."
    ),
    N_(
        '{file} has no "{brace}": the points of a .pts file stand between braces. It may be cut '
        "off or of another kind; export it again."
    ),
    N_("{file} has no points between its braces; label it again."),
    N_(
        "{file} says n_points: {stated}, but holds {count} points. It may be cut off; export it "
        "again, or correct the number."
    ),
    N_("{file} is too large for landmarks; it may be a laser scan."),
    N_("{file}, line {line}: {count} columns where x and y belong; put one point on each line."),
    N_("{file}, line {line}: {word} is not a number; correct it."),
    N_("{file}, line {line}: {word} is no position; label this point again."),
)
"""What is wrong with a label file, or a row of it."""

SCHEMES = (
    N_("there is no scheme {scheme}; known: {names}; or give a number of points, or a .toml file"),
    N_("{file} is not a scheme: {error}"),
    N_("scheme {scheme} has no landmarks"),
    N_("scheme {scheme} names {name} twice"),
    N_("scheme {scheme}: {error}"),
)
"""What is wrong with a landmark scheme."""

FAILURES = (
    N_("The round ended without results."),
    N_("The results in {path} cannot be read: {reason}."),
    N_("The run folder {folder} is not there any more."),
    N_("The worker stopped unexpectedly. Its log is in the round's folder; try again."),
    N_(
        "The worker was killed (signal {number}), perhaps because memory ran out. Close other "
        "programs and try again."
    ),
    N_("There is not enough memory. Close other programs, then try again."),
    N_("The GPU has not enough memory. Close other programs that use it, or train on the CPU."),
    N_("The training diverged: {error}. Look for wrong labels, then try again."),
    N_("The disk is full. Free some space, then try again."),
    N_("Unexpected error: {error}"),
    N_("There is no usable CUDA device. Choose the device 'cpu' or 'auto'."),
    N_(
        "None of the labelled photos can be used: {reason}. Put them back, or point the project to "
        "where they are now."
    ),
    N_(
        "None of the photos with faces can be used: {reason}. Put them back, or point the project "
        "to where they are now."
    ),
    N_(
        "No manual label has all its landmarks, so training cannot start. Place every landmark of "
        "at least one face."
    ),
    N_("{path} is not a whole safetensors file: {error}"),
    N_("{path} was written by a newer version of this program"),
    N_("there is no model file {path}"),
)
"""Why a round failed."""

REGIONS = (N_("jaw"), N_("brows"), N_("nose"), N_("eyes"), N_("mouth"), N_("chin"))
"""Groups of landmarks of the shipped schemes."""

PHRASES = (*DEEDS, *MODELS, *PHOTOS, *SYSTEM, *LABELS, *SCHEMES, *FAILURES, *REGIONS)
