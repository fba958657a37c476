<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name></name>
    <message numerus="yes">
        <source>%Ln photo(s) have a problem; all others were read.</source>
        <translation>
            <numerusform>%Ln photo has a problem; all others were read.</numerusform>
            <numerusform>%Ln photos have a problem; all others were read.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s) were changed since and stay as they are.</source>
        <translation>
            <numerusform>%Ln face was changed since and stays as it is.</numerusform>
            <numerusform>%Ln faces were changed since and stay as they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) added</source>
        <translation>
            <numerusform>%Ln photo added</numerusform>
            <numerusform>%Ln photos added</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln decision(s)</source>
        <translation>
            <numerusform>%Ln decision</numerusform>
            <numerusform>%Ln decisions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln decision(s) made after {time} will be lost.</source>
        <translation>
            <numerusform>%Ln decision made after {time} will be lost.</numerusform>
            <numerusform>%Ln decisions made after {time} will be lost.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Deciding on %Ln face(s)</source>
        <translation>
            <numerusform>Deciding on %Ln face</numerusform>
            <numerusform>Deciding on %Ln faces</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln new photo(s); {faces} in the project.</source>
        <translation>
            <numerusform>%Ln new photo; {faces} in the project.</numerusform>
            <numerusform>%Ln new photos; {faces} in the project.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) skipped:</source>
        <translation>
            <numerusform>%Ln file skipped:</numerusform>
            <numerusform>%Ln files skipped:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s) could not be listed:</source>
        <translation>
            <numerusform>%Ln folder could not be listed:</numerusform>
            <numerusform>%Ln folders could not be listed:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) could not be read: see Photo problems… in the Project menu.</source>
        <translation>
            <numerusform>%Ln photo could not be read: see Photo problems… in the Project menu.</numerusform>
            <numerusform>%Ln photos could not be read: see Photo problems… in the Project menu.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Taking %Ln photo(s) whole</source>
        <translation>
            <numerusform>Taking %Ln photo whole</numerusform>
            <numerusform>Taking %Ln photos whole</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>%Ln photo</numerusform>
            <numerusform>%Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) waiting</source>
        <translation>
            <numerusform>%Ln photo waiting</numerusform>
            <numerusform>%Ln photos waiting</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo problem(s)</source>
        <translation>
            <numerusform>%Ln photo problem</numerusform>
            <numerusform>%Ln photo problems</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s)</source>
        <translation>
            <numerusform>%Ln face</numerusform>
            <numerusform>%Ln faces</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n command(s) get their default keys back.</source>
        <translation>
            <numerusform>%n command gets its default keys back.</numerusform>
            <numerusform>%n commands get their default keys back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The round finished without %Ln photo(s)</source>
        <translation>
            <numerusform>The round finished without %Ln photo</numerusform>
            <numerusform>The round finished without %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln manual label(s) were not used for training.</source>
        <translation>
            <numerusform>%Ln manual label was not used for training.</numerusform>
            <numerusform>%Ln manual labels were not used for training.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln minute(s) of training were given up.</source>
        <translation>
            <numerusform>%Ln minute of training was given up.</numerusform>
            <numerusform>%Ln minutes of training were given up.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln round(s) wait for the end of this one.</source>
        <translation>
            <numerusform>%Ln round waits for the end of this one.</numerusform>
            <numerusform>%Ln rounds wait for the end of this one.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Give up %Ln minute(s) of training?</source>
        <translation>
            <numerusform>Give up %Ln minute of training?</numerusform>
            <numerusform>Give up %Ln minutes of training?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln minute(s) ago</source>
        <translation>
            <numerusform>%Ln minute ago</numerusform>
            <numerusform>%Ln minutes ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln hour(s) ago</source>
        <translation>
            <numerusform>%Ln hour ago</numerusform>
            <numerusform>%Ln hours ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln day(s) ago</source>
        <translation>
            <numerusform>%Ln day ago</numerusform>
            <numerusform>%Ln days ago</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Rotate: the labels ignore the EXIF rotation (%Ln photo(s))</source>
        <translation>
            <numerusform>Rotate: the labels ignore the EXIF rotation (%Ln photo)</numerusform>
            <numerusform>Rotate: the labels ignore the EXIF rotation (%Ln photos)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Scale: the labels were made on copies of another size (%Ln photo(s))</source>
        <translation>
            <numerusform>Scale: the labels were made on copies of another size (%Ln photo)</numerusform>
            <numerusform>Scale: the labels were made on copies of another size (%Ln photos)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln proposal(s) from {model}</source>
        <translation>
            <numerusform>%Ln proposal from {model}</numerusform>
            <numerusform>%Ln proposals from {model}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln chosen face(s)</source>
        <translation>
            <numerusform>%Ln chosen face</numerusform>
            <numerusform>%Ln chosen faces</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln manual label(s)</source>
        <translation>
            <numerusform>%Ln manual label</numerusform>
            <numerusform>%Ln manual labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{count} of %Ln pseudo-label(s), which train {trained}</source>
        <translation>
            <numerusform>{count} of %Ln pseudo-label, which trains {trained}</numerusform>
            <numerusform>{count} of %Ln pseudo-labels, which train {trained}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>none of %Ln pseudo-label(s)</source>
        <translation>
            <numerusform>none of %Ln pseudo-label</numerusform>
            <numerusform>none of %Ln pseudo-labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s) that it does not train on</source>
        <translation>
            <numerusform>%Ln face that it does not train on</numerusform>
            <numerusform>%Ln faces that it does not train on</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about {minutes} min on {device}, %Ln epoch(s)</source>
        <translation>
            <numerusform>about {minutes} min on {device}, %Ln epoch</numerusform>
            <numerusform>about {minutes} min on {device}, %Ln epochs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>on %Ln common face(s)</source>
        <translation>
            <numerusform>on %Ln common face</numerusform>
            <numerusform>on %Ln common faces</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s) without a label get its proposals.</source>
        <translation>
            <numerusform>%Ln face without a label gets its proposals.</numerusform>
            <numerusform>%Ln faces without a label get its proposals.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>And %Ln more finding(s).</source>
        <translation>
            <numerusform>And %Ln more finding.</numerusform>
            <numerusform>And %Ln more findings.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Points follow once %Ln face(s) are corrected.</source>
        <translation>
            <numerusform>Points follow once %Ln face is corrected.</numerusform>
            <numerusform>Points follow once %Ln faces are corrected.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The TIFF files have %Ln further page(s). Import them as photos too?</source>
        <translation>
            <numerusform>The TIFF files have %Ln further page. Import it as a photo too?</numerusform>
            <numerusform>The TIFF files have %Ln further pages. Import them as photos too?</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln landmark(s) of the project will be absent.</source>
        <translation>
            <numerusform>%Ln landmark of the project will be absent.</numerusform>
            <numerusform>%Ln landmarks of the project will be absent.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln label(s)</source>
        <translation>
            <numerusform>Import %Ln label</numerusform>
            <numerusform>Import %Ln labels</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln proposal(s)</source>
        <translation>
            <numerusform>Import %Ln proposal</numerusform>
            <numerusform>Import %Ln proposals</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln photo(s)</source>
        <translation>
            <numerusform>Import %Ln photo</numerusform>
            <numerusform>Import %Ln photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>It proposes landmarks for %Ln unreviewed or rejected face(s), in place of the proposals that they have.</source>
        <translation>
            <numerusform>It proposes landmarks for %Ln unreviewed or rejected face, in place of the proposal that it has.</numerusform>
            <numerusform>It proposes landmarks for %Ln unreviewed or rejected faces, in place of the proposals that they have.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name}: %Ln face(s) lack it. Place it in the photo, or train a round that learns it.</source>
        <translation>
            <numerusform>{name}: %Ln face lacks it. Place it in the photo, or train a round that learns it.</numerusform>
            <numerusform>{name}: %Ln faces lack it. Place it in the photo, or train a round that learns it.</numerusform>
        </translation>
    </message>
</context>
</TS>
