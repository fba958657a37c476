<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source>The backup of {time} was restored.</source>
        <translation>{time}의 백업을 복원했습니다.</translation>
    </message>
    <message>
        <source>What was there is kept as {file}.</source>
        <translation>이전 내용은 {file}에 남아 있습니다.</translation>
    </message>
    <message>
        <source>The photos were deleted. Nothing of them is left in the project.</source>
        <translation>사진을 삭제했습니다. 프로젝트에 아무것도 남아 있지 않습니다.</translation>
    </message>
    <message>
        <source>Unexpected error</source>
        <translation>예기치 않은 오류</translation>
    </message>
    <message>
        <source>Your decisions are saved. Please report this with the details below.</source>
        <translation>판정은 저장되어 있습니다. 아래의 자세한 내용과 함께 알려 주세요.</translation>
    </message>
    <message>
        <source>Copy diagnostics</source>
        <translation>진단 정보 복사</translation>
    </message>
    <message>
        <source>This filter was made by a newer version of the program.</source>
        <translation>이 필터는 더 새로운 버전의 프로그램에서 만들었습니다.</translation>
    </message>
    <message>
        <source>Update this program, or delete the filter and make it again.</source>
        <translation>프로그램을 업데이트하거나, 필터를 삭제하고 다시 만드세요.</translation>
    </message>
    <message>
        <source>{path} is inside the photo folder {root}, where {suffix} files may be already.</source>
        <translation>{path}: 사진 폴더 {root} 안에 있으며, 그곳에는 {suffix} 파일이 이미 있을 수 있습니다.</translation>
    </message>
    <message>
        <source>Choose another folder, so that no label of yours is overwritten.</source>
        <translation>레이블이 덮어쓰이지 않도록 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>There is nothing to export: no face is accepted or corrected yet.</source>
        <translation>내보낼 것이 없습니다. 아직 수락하거나 수정한 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Review some faces first.</source>
        <translation>먼저 얼굴을 검토하세요.</translation>
    </message>
    <message>
        <source>There is nothing to export: none of the chosen faces has a label.</source>
        <translation>내보낼 것이 없습니다. 선택한 얼굴 중 레이블이 있는 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Choose another filter or verdict; only accepted and corrected faces have labels.</source>
        <translation>다른 필터나 판정을 선택하세요. 수락하거나 수정한 얼굴에만 레이블이 있습니다.</translation>
    </message>
    <message>
        <source>There is no saved filter “{name}”.</source>
        <translation>저장된 필터 “{name}”이(가) 없습니다.</translation>
    </message>
    <message>
        <source>Saved filters are: {names}.</source>
        <translation>저장된 필터: {names}.</translation>
    </message>
    <message>
        <source>Save one in the window first.</source>
        <translation>먼저 창에서 필터를 저장하세요.</translation>
    </message>
    <message>
        <source>The filter “{name}” was made by a newer version of the program.</source>
        <translation>필터 “{name}”은(는) 이 프로그램의 최신 버전에서 만들었습니다.</translation>
    </message>
    <message>
        <source>1 face under the filter has no label and is not exported.</source>
        <translation>필터에 맞는 얼굴 1개는 레이블이 없어 내보내지 않습니다.</translation>
    </message>
    <message>
        <source>{count:,} faces under the filter have no label and are not exported.</source>
        <translation>필터에 맞는 얼굴 {count:,}개는 레이블이 없어 내보내지 않습니다.</translation>
    </message>
    <message>
        <source>Labels to export: {faces:,}, of these {corrected:,} corrected and {accepted:,} accepted as proposed.</source>
        <translation>내보낼 레이블 {faces:,}개: 수정 {corrected:,}개, 제안대로 수락 {accepted:,}개.</translation>
    </message>
    <message>
        <source>{part}: labels {faces:,}, photos {photos:,}.</source>
        <translation>{part}: 사진 {photos:,}장, 레이블 {faces:,}개.</translation>
    </message>
    <message>
        <source>{format}: nothing is lost.</source>
        <translation>{format}: 손실이 없습니다.</translation>
    </message>
    <message>
        <source>{format}: {losses}.</source>
        <translation>{format}: {losses}.</translation>
    </message>
    <message>
        <source>Nothing was written: {suffix} files cannot mark a landmark as absent, and every labelled face has an absent one.</source>
        <translation>아무것도 쓰지 않았습니다. {suffix} 파일은 없는 랜드마크를 나타낼 수 없는데, 레이블이 있는 모든 얼굴에 없는 랜드마크가 있습니다.</translation>
    </message>
    <message>
        <source>Export them as COCO keypoints, which can.</source>
        <translation>이를 나타낼 수 있는 COCO 키포인트로 내보내세요.</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}.</source>
        <translation>{path}: 쓸 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>Choose another place, or free some space.</source>
        <translation>다른 위치를 고르거나 디스크 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>{path} already exists, and it is {kind}, not {format}.</source>
        <translation>{path}이(가) 이미 있으며, {format}이(가) 아니라 {kind}입니다.</translation>
    </message>
    <message>
        <source>Choose another name; --force replaces it.</source>
        <translation>다른 이름을 고르세요. --force를 주면 덮어씁니다.</translation>
    </message>
    <message>
        <source>{folder} already holds {count:,} of these files, such as {file}.</source>
        <translation>{folder}에 이미 같은 이름의 파일이 {count:,}개 있습니다(예: {file}).</translation>
    </message>
    <message>
        <source>Choose an empty folder; --force replaces them.</source>
        <translation>빈 폴더를 고르세요. --force를 주면 덮어씁니다.</translation>
    </message>
    <message>
        <source>{path} is a photo of this project, and photos are never changed.</source>
        <translation>{path}은(는) 이 프로젝트의 사진이며, 사진은 절대 바꾸지 않습니다.</translation>
    </message>
    <message>
        <source>{path} is a part of the project itself, which an export must not replace.</source>
        <translation>{path}은(는) 프로젝트 자체의 일부이므로 내보내기로 덮어쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Choose another place.</source>
        <translation>다른 위치를 고르세요.</translation>
    </message>
    <message>
        <source>{path} is a folder, a database or a device, which are never replaced.</source>
        <translation>{path}은(는) 폴더, 데이터베이스 또는 장치이므로 절대 덮어쓰지 않습니다.</translation>
    </message>
    <message>
        <source>a photo</source>
        <translation>사진</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>빈 파일</translation>
    </message>
    <message>
        <source>other JSON</source>
        <translation>다른 JSON 파일</translation>
    </message>
    <message>
        <source>a file of another kind</source>
        <translation>다른 종류의 파일</translation>
    </message>
    <message>
        <source>No face is shown</source>
        <translation>표시된 얼굴 없음</translation>
    </message>
    <message>
        <source>The face has no landmarks</source>
        <translation>랜드마크가 없는 얼굴</translation>
    </message>
    <message>
        <source>No face is listed</source>
        <translation>목록에 얼굴 없음</translation>
    </message>
    <message>
        <source>No proposal waits</source>
        <translation>기다리는 제안 없음</translation>
    </message>
    <message>
        <source>No faces yet, or a round runs</source>
        <translation>얼굴이 없거나 라운드 실행 중</translation>
    </message>
    <message>
        <source>No faces yet, or a round starts</source>
        <translation>아직 얼굴이 없거나 라운드를 시작하는 중입니다</translation>
    </message>
    <message>
        <source>No round runs</source>
        <translation>실행 중인 라운드가 없습니다</translation>
    </message>
    <message>
        <source>No round waits</source>
        <translation>대기 중인 라운드가 없습니다</translation>
    </message>
    <message>
        <source>No filter is on</source>
        <translation>적용 중인 필터 없음</translation>
    </message>
    <message>
        <source>No saved filter is on</source>
        <translation>저장된 필터가 적용되지 않음</translation>
    </message>
    <message>
        <source>No face is accepted yet</source>
        <translation>아직 수락한 얼굴 없음</translation>
    </message>
    <message>
        <source>No photos yet</source>
        <translation>아직 사진 없음</translation>
    </message>
    <message>
        <source>No faces yet</source>
        <translation>아직 얼굴 없음</translation>
    </message>
    <message>
        <source>No round has ended yet</source>
        <translation>아직 끝난 라운드가 없습니다</translation>
    </message>
    <message>
        <source>Nothing to undo</source>
        <translation>되돌릴 것 없음</translation>
    </message>
    <message>
        <source>Nothing to redo</source>
        <translation>다시 실행할 것 없음</translation>
    </message>
    <message>
        <source>No point was moved</source>
        <translation>옮긴 점 없음</translation>
    </message>
    <message>
        <source>Only in the gallery</source>
        <translation>갤러리에서만</translation>
    </message>
    <message>
        <source>Only on the photo</source>
        <translation>사진에서만</translation>
    </message>
    <message>
        <source>Project</source>
        <translation>프로젝트</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>편집</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>검토</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>일괄 처리</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>이동</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>필터</translation>
    </message>
    <message>
        <source>Points</source>
        <translation>점</translation>
    </message>
    <message>
        <source>View</source>
        <translation>보기</translation>
    </message>
    <message>
        <source>Rounds</source>
        <translation>라운드</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>도움말</translation>
    </message>
    <message>
        <source>Import photos…</source>
        <translation>사진 가져오기…</translation>
    </message>
    <message>
        <source>Add a folder of photos and find their faces</source>
        <translation>사진 폴더를 추가하고 얼굴을 찾습니다</translation>
    </message>
    <message>
        <source>Import labels…</source>
        <translation>레이블 가져오기…</translation>
    </message>
    <message>
        <source>Export labels…</source>
        <translation>레이블 내보내기…</translation>
    </message>
    <message>
        <source>Write accepted and corrected faces as COCO or .pts</source>
        <translation>수락하거나 수정한 얼굴을 COCO 또는 .pts로 저장합니다</translation>
    </message>
    <message>
        <source>Photo problems…</source>
        <translation>사진 문제…</translation>
    </message>
    <message>
        <source>Photos that cannot be read, or have no face</source>
        <translation>읽을 수 없거나 얼굴이 없는 사진</translation>
    </message>
    <message>
        <source>Photos moved…</source>
        <translation>사진 위치 변경…</translation>
    </message>
    <message>
        <source>Choose where the photos are now</source>
        <translation>사진이 지금 있는 곳을 지정합니다</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>닫기</translation>
    </message>
    <message>
        <source>Close this project</source>
        <translation>이 프로젝트를 닫습니다</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Undo your last move or decision</source>
        <translation>마지막 이동이나 판정을 되돌립니다</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Redo what was undone last</source>
        <translation>되돌린 것을 다시 실행합니다</translation>
    </message>
    <message>
        <source>Discard moves</source>
        <translation>이동 버리기</translation>
    </message>
    <message>
        <source>Put the moved points of this face back</source>
        <translation>이 얼굴의 점을 제자리로 돌려놓습니다</translation>
    </message>
    <message>
        <source>Batches…</source>
        <translation>일괄 처리 내역…</translation>
    </message>
    <message>
        <source>List decisions on many faces at once, and revert them</source>
        <translation>여러 얼굴에 한꺼번에 내린 판정을 보고 철회합니다</translation>
    </message>
    <message>
        <source>Draw a face box</source>
        <translation>얼굴 박스 그리기</translation>
    </message>
    <message>
        <source>Draw a box around a face that was not found</source>
        <translation>찾지 못한 얼굴에 박스를 그립니다</translation>
    </message>
    <message>
        <source>Change the box by keyboard</source>
        <translation>키보드로 박스 바꾸기</translation>
    </message>
    <message>
        <source>Arrows move the box of this face, Alt and arrows resize it</source>
        <translation>화살표로 이 얼굴의 박스를 옮기고, Alt와 화살표로 크기를 바꿉니다</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>수락</translation>
    </message>
    <message>
        <source>The landmarks are right, or right now that you moved them</source>
        <translation>랜드마크가 맞거나, 점을 옮겨 이제 맞습니다</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>거부</translation>
    </message>
    <message>
        <source>A bad proposal: the next round offers another</source>
        <translation>잘못된 제안입니다. 다음 라운드에서 다시 제안합니다</translation>
    </message>
    <message>
        <source>Exclude</source>
        <translation>제외</translation>
    </message>
    <message>
        <source>Not a face, or unusable: never offered or trained</source>
        <translation>얼굴이 아니거나 쓸 수 없습니다. 다시 제안하거나 학습하지 않습니다</translation>
    </message>
    <message>
        <source>Back to unreviewed</source>
        <translation>미검토로 바꾸기</translation>
    </message>
    <message>
        <source>Take the verdict away</source>
        <translation>판정을 없앱니다</translation>
    </message>
    <message>
        <source>Flag</source>
        <translation>플래그</translation>
    </message>
    <message>
        <source>Mark the face to come back to</source>
        <translation>나중에 다시 볼 얼굴로 표시합니다</translation>
    </message>
    <message>
        <source>Accept by score…</source>
        <translation>점수로 수락…</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>모두 선택</translation>
    </message>
    <message>
        <source>Select every face under the filter</source>
        <translation>필터에 맞는 얼굴을 모두 선택합니다</translation>
    </message>
    <message>
        <source>Accept page…</source>
        <translation>페이지 수락…</translation>
    </message>
    <message>
        <source>Accept the faces that the gallery shows now</source>
        <translation>지금 갤러리에 보이는 얼굴을 수락합니다</translation>
    </message>
    <message>
        <source>Reject page…</source>
        <translation>페이지 거부…</translation>
    </message>
    <message>
        <source>Reject the faces that the gallery shows now</source>
        <translation>지금 갤러리에 보이는 얼굴을 거부합니다</translation>
    </message>
    <message>
        <source>Exclude page…</source>
        <translation>페이지 제외…</translation>
    </message>
    <message>
        <source>Exclude the faces that the gallery shows now</source>
        <translation>지금 갤러리에 보이는 얼굴을 제외합니다</translation>
    </message>
    <message>
        <source>Accept all under the filter…</source>
        <translation>필터의 얼굴 모두 수락…</translation>
    </message>
    <message>
        <source>Accept every face under the filter</source>
        <translation>필터에 맞는 얼굴을 모두 수락합니다</translation>
    </message>
    <message>
        <source>Reject all under the filter…</source>
        <translation>필터의 얼굴 모두 거부…</translation>
    </message>
    <message>
        <source>Reject every face under the filter</source>
        <translation>필터에 맞는 얼굴을 모두 거부합니다</translation>
    </message>
    <message>
        <source>Exclude all under the filter…</source>
        <translation>필터의 얼굴 모두 제외…</translation>
    </message>
    <message>
        <source>Exclude every face under the filter</source>
        <translation>필터에 맞는 얼굴을 모두 제외합니다</translation>
    </message>
    <message>
        <source>Previous</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>The face before</source>
        <translation>이전 얼굴</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>다음</translation>
    </message>
    <message>
        <source>The next face</source>
        <translation>다음 얼굴</translation>
    </message>
    <message>
        <source>Next to review</source>
        <translation>다음 검토 대상</translation>
    </message>
    <message>
        <source>The next face with something to decide</source>
        <translation>판정할 것이 있는 다음 얼굴</translation>
    </message>
    <message>
        <source>Find a file…</source>
        <translation>파일 찾기…</translation>
    </message>
    <message>
        <source>Part of a file or folder name</source>
        <translation>파일 또는 폴더 이름의 일부</translation>
    </message>
    <message>
        <source>Show all faces</source>
        <translation>모든 얼굴 보기</translation>
    </message>
    <message>
        <source>Take the filter away; the order stays</source>
        <translation>필터를 해제합니다. 정렬은 그대로입니다</translation>
    </message>
    <message>
        <source>Save filter…</source>
        <translation>필터 저장…</translation>
    </message>
    <message>
        <source>Keep this filter and order under a name</source>
        <translation>이 필터와 정렬을 이름을 붙여 저장합니다</translation>
    </message>
    <message>
        <source>Rename filter…</source>
        <translation>필터 이름 바꾸기…</translation>
    </message>
    <message>
        <source>Give the saved filter that is on another name</source>
        <translation>적용 중인 저장된 필터의 이름을 바꿉니다</translation>
    </message>
    <message>
        <source>Delete filter</source>
        <translation>필터 삭제</translation>
    </message>
    <message>
        <source>Forget the saved filter that is on; faces stay</source>
        <translation>적용 중인 저장된 필터를 지웁니다. 얼굴은 그대로입니다</translation>
    </message>
    <message>
        <source>Select all points</source>
        <translation>모든 점 선택</translation>
    </message>
    <message>
        <source>Every placed landmark of the face</source>
        <translation>이 얼굴에 놓인 모든 랜드마크</translation>
    </message>
    <message>
        <source>Next point</source>
        <translation>다음 점</translation>
    </message>
    <message>
        <source>Previous point</source>
        <translation>이전 점</translation>
    </message>
    <message>
        <source>The landmark before</source>
        <translation>이전 랜드마크</translation>
    </message>
    <message>
        <source>Visible, occluded, absent</source>
        <translation>보임, 가려짐, 없음</translation>
    </message>
    <message>
        <source>How the selected points can be seen, in turn</source>
        <translation>선택한 점의 가시성을 차례로 바꿉니다</translation>
    </message>
    <message>
        <source>Visible</source>
        <translation>보임</translation>
    </message>
    <message>
        <source>The selected points can be seen</source>
        <translation>선택한 점이 보입니다</translation>
    </message>
    <message>
        <source>Occluded</source>
        <translation>가려짐</translation>
    </message>
    <message>
        <source>The selected points are hidden behind something</source>
        <translation>선택한 점이 무언가에 가려져 있습니다</translation>
    </message>
    <message>
        <source>Absent</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>The selected points are not in the photo</source>
        <translation>선택한 점이 사진에 없습니다</translation>
    </message>
    <message>
        <source>Snap to click</source>
        <translation>클릭한 곳에 놓기</translation>
    </message>
    <message>
        <source>A click puts the selected point there, else the nearest (once: Alt and click)</source>
        <translation>클릭하면 선택한 점, 없으면 가장 가까운 점을 그곳에 놓습니다(한 번만: Alt+클릭)</translation>
    </message>
    <message>
        <source>Move neighbours along</source>
        <translation>이웃 점 함께 옮기기</translation>
    </message>
    <message>
        <source>Dragging a point bends its surroundings (once: Ctrl and drag; the wheel says how far)</source>
        <translation>점을 끌면 주변 점도 따라 움직입니다(한 번만: Ctrl+끌기, 휠로 범위 조절)</translation>
    </message>
    <message>
        <source>Turn left</source>
        <translation>왼쪽으로 돌리기</translation>
    </message>
    <message>
        <source>Turn the selected points by a degree</source>
        <translation>선택한 점을 1도 돌립니다</translation>
    </message>
    <message>
        <source>Turn right</source>
        <translation>오른쪽으로 돌리기</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>넓히기</translation>
    </message>
    <message>
        <source>Spread the selected points by a percent</source>
        <translation>선택한 점을 1퍼센트 넓힙니다</translation>
    </message>
    <message>
        <source>Shrink</source>
        <translation>좁히기</translation>
    </message>
    <message>
        <source>Draw the selected points together by a percent</source>
        <translation>선택한 점을 1퍼센트 좁힙니다</translation>
    </message>
    <message>
        <source>Swap left and right</source>
        <translation>좌우 바꾸기</translation>
    </message>
    <message>
        <source>The proposal took the left side for the right</source>
        <translation>제안이 왼쪽과 오른쪽을 혼동했을 때 씁니다</translation>
    </message>
    <message>
        <source>Mirror the face</source>
        <translation>얼굴 좌우 반전</translation>
    </message>
    <message>
        <source>The proposal looks the wrong way</source>
        <translation>제안이 반대 방향을 보고 있을 때 씁니다</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>다음 영역</translation>
    </message>
    <message>
        <source>Keys go to the list, the photo, or the landmarks</source>
        <translation>키보드 입력을 목록, 사진, 랜드마크로 옮깁니다</translation>
    </message>
    <message>
        <source>Open the photo</source>
        <translation>사진 열기</translation>
    </message>
    <message>
        <source>See the face in its photo, to mend its points</source>
        <translation>점을 고치기 위해 얼굴을 사진에서 봅니다</translation>
    </message>
    <message>
        <source>Back to the gallery</source>
        <translation>갤러리로 돌아가기</translation>
    </message>
    <message>
        <source>See many faces at once</source>
        <translation>여러 얼굴을 한꺼번에 봅니다</translation>
    </message>
    <message>
        <source>Gallery</source>
        <translation>갤러리</translation>
    </message>
    <message>
        <source>Many faces at once, or back to the one photo</source>
        <translation>여러 얼굴을 보거나 사진 한 장으로 돌아갑니다</translation>
    </message>
    <message>
        <source>Fit face</source>
        <translation>얼굴에 맞추기</translation>
    </message>
    <message>
        <source>Zoom to the face</source>
        <translation>얼굴 크기로 확대합니다</translation>
    </message>
    <message>
        <source>Fit photo</source>
        <translation>사진에 맞추기</translation>
    </message>
    <message>
        <source>Show the whole photo</source>
        <translation>사진 전체를 봅니다</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>확대</translation>
    </message>
    <message>
        <source>A step closer to the middle (or the wheel)</source>
        <translation>가운데를 한 단계 확대합니다(또는 휠)</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>축소</translation>
    </message>
    <message>
        <source>A step back from the middle (or the wheel)</source>
        <translation>가운데에서 한 단계 축소합니다(또는 휠)</translation>
    </message>
    <message>
        <source>Keep the view between faces</source>
        <translation>얼굴이 바뀌어도 화면 유지</translation>
    </message>
    <message>
        <source>The next face shows the same part, as large</source>
        <translation>다음 얼굴에서도 같은 부분을 같은 크기로 봅니다</translation>
    </message>
    <message>
        <source>Show or hide the landmarks</source>
        <translation>랜드마크를 보이거나 숨깁니다</translation>
    </message>
    <message>
        <source>Edges</source>
        <translation>선</translation>
    </message>
    <message>
        <source>Show or hide the lines between points</source>
        <translation>점을 잇는 선을 보이거나 숨깁니다</translation>
    </message>
    <message>
        <source>Numbers</source>
        <translation>번호</translation>
    </message>
    <message>
        <source>Show or hide the numbers of points</source>
        <translation>점의 번호를 보이거나 숨깁니다</translation>
    </message>
    <message>
        <source>All circles</source>
        <translation>모든 원</translation>
    </message>
    <message>
        <source>Around every point where it truly lies, in 9 of 10 faces; else around the worst</source>
        <translation>모든 점 둘레에, 10개 중 9개 얼굴에서 실제 위치가 들어 있는 원을 표시합니다. 끄면 가장 나쁜 점에만 표시합니다</translation>
    </message>
    <message>
        <source>Boxes</source>
        <translation>박스</translation>
    </message>
    <message>
        <source>Show or hide the boxes of faces</source>
        <translation>얼굴 박스를 보이거나 숨깁니다</translation>
    </message>
    <message>
        <source>Colour by region</source>
        <translation>부위별 색</translation>
    </message>
    <message>
        <source>The next landmark, largest error first</source>
        <translation>예상 오차가 큰 순서로 다음 랜드마크</translation>
    </message>
    <message>
        <source>The project cannot be written</source>
        <translation>프로젝트에 쓸 수 없습니다</translation>
    </message>
    <message>
        <source>No photos yet, a round runs, or the project cannot be written</source>
        <translation>아직 사진이 없거나, 라운드가 실행 중이거나, 프로젝트에 쓸 수 없습니다</translation>
    </message>
    <message>
        <source>Nothing was found on this face</source>
        <translation>이 얼굴에서 찾은 문제가 없습니다</translation>
    </message>
    <message>
        <source>No check found anything on this face</source>
        <translation>어떤 검사도 이 얼굴에서 문제를 찾지 못했습니다</translation>
    </message>
    <message>
        <source>Look at a label file, and take labels or proposals from it</source>
        <translation>레이블 파일을 살펴보고 레이블이나 제안으로 가져오기</translation>
    </message>
    <message>
        <source>Export predictions…</source>
        <translation>예측 내보내기…</translation>
    </message>
    <message>
        <source>Write what was predicted as a table, COCO results, or pictures with landmarks</source>
        <translation>예측한 것을 표, COCO 결과 또는 랜드마크를 그린 그림으로 씁니다</translation>
    </message>
    <message>
        <source>Delete photos for good…</source>
        <translation>사진 영구 삭제…</translation>
    </message>
    <message>
        <source>Delete all that the project holds of some photos, with no way back</source>
        <translation>일부 사진에 대해 프로젝트에 있는 모든 것을 되돌릴 수 없게 삭제합니다</translation>
    </message>
    <message>
        <source>Landmark scheme…</source>
        <translation>랜드마크 구성…</translation>
    </message>
    <message>
        <source>Names, pairs and contours of the landmarks; save a changed copy for a new project</source>
        <translation>랜드마크의 이름, 쌍, 윤곽선. 바꾼 사본은 새 프로젝트용으로 저장합니다</translation>
    </message>
    <message>
        <source>Fix the finding</source>
        <translation>문제 바로잡기</translation>
    </message>
    <message>
        <source>Do what mends what the checks found on this face</source>
        <translation>검사가 이 얼굴에서 찾은 문제를 바로잡습니다</translation>
    </message>
    <message>
        <source>Ignore the finding</source>
        <translation>문제 무시</translation>
    </message>
    <message>
        <source>It does not count for this face; again: it counts</source>
        <translation>이 얼굴에서는 세지 않습니다. 다시 누르면 셉니다</translation>
    </message>
    <message>
        <source>Measure time and moves</source>
        <translation>시간과 이동 측정</translation>
    </message>
    <message>
        <source>What a face costs you, kept in this project alone; switching it off deletes it</source>
        <translation>얼굴 하나에 드는 수고를 이 프로젝트에만 저장합니다. 끄면 삭제됩니다</translation>
    </message>
    <message>
        <source>Accept every unreviewed face with a high score, without a bound</source>
        <translation>신뢰도 점수가 높은 미검토 얼굴을 모두 수락합니다(보장 없음)</translation>
    </message>
    <message>
        <source>Accept with a guarantee…</source>
        <translation>보장과 함께 수락…</translation>
    </message>
    <message>
        <source>Look at a few random faces, and accept all of them under a stated bound</source>
        <translation>무작위로 뽑은 얼굴 몇 개를 보고, 정해진 오류 한도 안에서 모두 수락합니다</translation>
    </message>
    <message>
        <source>Certificates…</source>
        <translation>인증서…</translation>
    </message>
    <message>
        <source>What was accepted with a guarantee: check it again, export it</source>
        <translation>보장과 함께 수락한 것을 다시 확인하거나 내보냅니다</translation>
    </message>
    <message>
        <source>Tolerance…</source>
        <translation>허용 오차…</translation>
    </message>
    <message>
        <source>By how much a right landmark may be off</source>
        <translation>맞은 랜드마크가 벗어나도 되는 정도</translation>
    </message>
    <message>
        <source>Landmark contact sheet…</source>
        <translation>랜드마크 모아 보기…</translation>
    </message>
    <message>
        <source>One landmark of sixty faces at a time, worst expected error first</source>
        <translation>한 번에 얼굴 60개의 랜드마크 하나를, 예상 오차가 큰 것부터 봅니다</translation>
    </message>
    <message>
        <source>Others follow a drag</source>
        <translation>나머지 점도 함께 이동</translation>
    </message>
    <message>
        <source>Points that you did not place follow, as their errors belong together (Alt and drag: one alone)</source>
        <translation>직접 놓지 않은 점은 오차가 서로 관련된 만큼 따라 움직입니다(Alt를 누르고 끌면 한 점만)</translation>
    </message>
    <message>
        <source>Space a contour evenly</source>
        <translation>윤곽선 점 간격 고르게</translation>
    </message>
    <message>
        <source>Even distances between the ends of a jaw line or brow</source>
        <translation>턱선이나 눈썹의 점을 양 끝 사이에 고르게 놓습니다</translation>
    </message>
    <message>
        <source>Colours say which part of the face, not the expected error</source>
        <translation>색이 예상 오차 대신 얼굴 부위를 나타냅니다</translation>
    </message>
    <message>
        <source>Original proposal</source>
        <translation>원래 제안</translation>
    </message>
    <message>
        <source>Show faintly where the points were proposed</source>
        <translation>점이 처음 제안된 위치를 흐리게 보여 줍니다</translation>
    </message>
    <message>
        <source>Proposal of the round before</source>
        <translation>이전 라운드의 제안</translation>
    </message>
    <message>
        <source>Show faintly what was proposed before</source>
        <translation>이전에 제안된 위치를 흐리게 보여 줍니다</translation>
    </message>
    <message>
        <source>Brightness and contrast…</source>
        <translation>밝기와 대비…</translation>
    </message>
    <message>
        <source>How the photo is shown; it stays as it is</source>
        <translation>사진을 보여 주는 방식입니다. 사진 파일은 바뀌지 않습니다</translation>
    </message>
    <message>
        <source>Show or hide history</source>
        <translation>이력 보이기/숨기기</translation>
    </message>
    <message>
        <source>What was decided on this face, when and by whom</source>
        <translation>이 얼굴에 누가 언제 무엇을 판정했는지 봅니다</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>밝은 테마</translation>
    </message>
    <message>
        <source>Light colours</source>
        <translation>밝은 색상으로 표시합니다</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>어두운 테마</translation>
    </message>
    <message>
        <source>Dark colours</source>
        <translation>어두운 색상으로 표시합니다</translation>
    </message>
    <message>
        <source>Colours of the system</source>
        <translation>시스템 테마</translation>
    </message>
    <message>
        <source>Light or dark as the system is</source>
        <translation>시스템 설정에 따라 밝거나 어둡게 표시합니다</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>The words of this window in English</source>
        <translation>이 창의 모든 글을 영어로 표시합니다</translation>
    </message>
    <message>
        <source>English or Korean as the system is</source>
        <translation>시스템 설정에 따라 영어 또는 한국어로 표시합니다</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>예측</translation>
    </message>
    <message>
        <source>Propose landmarks for faces that have none</source>
        <translation>랜드마크가 없는 얼굴에 랜드마크를 제안합니다</translation>
    </message>
    <message>
        <source>Predict with…</source>
        <translation>다른 검출기로 예측…</translation>
    </message>
    <message>
        <source>Propose landmarks by a plug-in or an ONNX file, for all faces without a decision</source>
        <translation>플러그인이나 ONNX 파일로, 판정하지 않은 모든 얼굴에 랜드마크를 제안합니다</translation>
    </message>
    <message>
        <source>Adjust proposals…</source>
        <translation>제안 조정…</translation>
    </message>
    <message>
        <source>Take off what the labels show to be wrong on many faces in the same way</source>
        <translation>여러 얼굴에서 같은 방식으로 틀린 것을 레이블에서 배워 바로잡습니다</translation>
    </message>
    <message>
        <source>Train round…</source>
        <translation>라운드 학습…</translation>
    </message>
    <message>
        <source>Train on the decisions, then propose new landmarks</source>
        <translation>판정한 것으로 학습하고 새로 제안합니다</translation>
    </message>
    <message>
        <source>Add faces to measure by…</source>
        <translation>측정용 얼굴 추가…</translation>
    </message>
    <message>
        <source>Draw faces at random that show how good a round is, and never train one</source>
        <translation>라운드가 얼마나 좋은지 보여 줄 얼굴을 무작위로 뽑으며, 이 얼굴로는 학습하지 않습니다</translation>
    </message>
    <message>
        <source>Pause or resume the round</source>
        <translation>라운드 일시 정지 또는 계속</translation>
    </message>
    <message>
        <source>Free the processor for now; the round keeps what it has</source>
        <translation>지금은 프로세서를 비웁니다. 라운드는 지금까지의 결과를 유지합니다</translation>
    </message>
    <message>
        <source>Cancel the waiting round</source>
        <translation>대기 중인 라운드 취소</translation>
    </message>
    <message>
        <source>It does not start when the running round ends</source>
        <translation>실행 중인 라운드가 끝나도 시작하지 않습니다</translation>
    </message>
    <message>
        <source>Pack round for another machine…</source>
        <translation>다른 컴퓨터용 라운드 묶기…</translation>
    </message>
    <message>
        <source>Write a round and its photos to a file that another computer can train</source>
        <translation>다른 컴퓨터에서 학습할 수 있도록 라운드와 사진을 파일로 묶습니다</translation>
    </message>
    <message>
        <source>Bring in results…</source>
        <translation>결과 가져오기…</translation>
    </message>
    <message>
        <source>Add the results of a packed round that another computer trained</source>
        <translation>다른 컴퓨터에서 학습한 묶음 라운드의 결과를 추가합니다</translation>
    </message>
    <message>
        <source>Round report…</source>
        <translation>라운드 보고서…</translation>
    </message>
    <message>
        <source>How good the last round is, what it learned, and whether to train another one</source>
        <translation>마지막 라운드가 얼마나 좋은지, 무엇을 배웠는지, 더 학습할지</translation>
    </message>
    <message>
        <source>Rounds…</source>
        <translation>라운드…</translation>
    </message>
    <message>
        <source>Compare rounds, promote or roll back to one, name, export or delete it</source>
        <translation>라운드를 비교하고 승격, 롤백, 이름 변경, 내보내기, 삭제를 합니다</translation>
    </message>
    <message>
        <source>Find any command and do it</source>
        <translation>명령을 찾아 실행합니다</translation>
    </message>
    <message>
        <source>Keys…</source>
        <translation>단축키…</translation>
    </message>
    <message>
        <source>All commands and their keys, to look up and to change</source>
        <translation>모든 명령과 단축키를 보고 바꿉니다</translation>
    </message>
    <message>
        <source>What to paste into a bug report: versions, counts and logs, no names of photos</source>
        <translation>오류 신고에 붙여 넣을 버전, 개수, 로그입니다. 사진 이름은 들어가지 않습니다</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>확대/축소</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>휠</translation>
    </message>
    <message>
        <source>At the mouse</source>
        <translation>마우스 위치에서</translation>
    </message>
    <message>
        <source>Pan</source>
        <translation>화면 이동</translation>
    </message>
    <message>
        <source>Middle button, or Space and drag</source>
        <translation>가운데 버튼, 또는 스페이스를 누르고 끌기</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>사진을 움직입니다</translation>
    </message>
    <message>
        <source>Select points</source>
        <translation>점 선택</translation>
    </message>
    <message>
        <source>Click, Shift or Ctrl and click, drag beside them</source>
        <translation>클릭, Shift 또는 Ctrl+클릭, 빈 곳에서 끌기</translation>
    </message>
    <message>
        <source>One, more, or a frame</source>
        <translation>하나, 여러 개, 또는 영역</translation>
    </message>
    <message>
        <source>Move points</source>
        <translation>점 옮기기</translation>
    </message>
    <message>
        <source>Drag, arrows</source>
        <translation>끌기, 화살표</translation>
    </message>
    <message>
        <source>Arrows: 1 pixel, with Shift 10, with Ctrl 0.1</source>
        <translation>화살표: 1픽셀, Shift와 함께 10, Ctrl과 함께 0.1</translation>
    </message>
    <message>
        <source>Ctrl and drag</source>
        <translation>Ctrl+끌기</translation>
    </message>
    <message>
        <source>The wheel sets how many, while you drag</source>
        <translation>끄는 동안 휠로 범위를 조절합니다</translation>
    </message>
    <message>
        <source>Along or across a contour</source>
        <translation>윤곽선을 따라 또는 가로질러</translation>
    </message>
    <message>
        <source>Drag, then hold Shift</source>
        <translation>끄는 중에 Shift 누르기</translation>
    </message>
    <message>
        <source>A point of a contour keeps to its direction, or to the one across</source>
        <translation>윤곽선의 점이 윤곽선 방향이나 그 수직 방향으로만 움직입니다</translation>
    </message>
    <message>
        <source>Snap</source>
        <translation>클릭 위치에 놓기</translation>
    </message>
    <message>
        <source>Alt and click</source>
        <translation>Alt+클릭</translation>
    </message>
    <message>
        <source>The selected point, else the nearest, jumps to the click</source>
        <translation>선택한 점, 없으면 가장 가까운 점을 클릭한 곳에 놓습니다</translation>
    </message>
    <message>
        <source>Turn, scale points</source>
        <translation>점 돌리기, 크기 조절</translation>
    </message>
    <message>
        <source>Drag a handle of the frame</source>
        <translation>테두리의 손잡이 끌기</translation>
    </message>
    <message>
        <source>Shift turns in steps of 15 degrees</source>
        <translation>Shift를 누르면 15도씩 돌립니다</translation>
    </message>
    <message>
        <source>Change a box</source>
        <translation>박스 바꾸기</translation>
    </message>
    <message>
        <source>Drag its corner, side or outline</source>
        <translation>모서리, 변, 테두리 끌기</translation>
    </message>
    <message>
        <source>Resize or move it</source>
        <translation>크기를 바꾸거나 옮깁니다</translation>
    </message>
    <message>
        <source>Another face</source>
        <translation>다른 얼굴</translation>
    </message>
    <message>
        <source>Click its box</source>
        <translation>얼굴의 박스 클릭</translation>
    </message>
    <message>
        <source>Several faces in one photo</source>
        <translation>한 사진에 얼굴이 여럿일 때</translation>
    </message>
    <message>
        <source>Cancel a drag</source>
        <translation>끌기 취소</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Then end the mode, or deselect</source>
        <translation>다시 누르면 하던 일을 그만두거나 선택을 해제합니다</translation>
    </message>
    <message>
        <source>{command} {what}</source>
        <translation>{command}: {what}</translation>
    </message>
    <message>
        <source>Backing up</source>
        <translation>백업하는 중</translation>
    </message>
    <message>
        <source>Cancelled: no backup was made.</source>
        <translation>취소했습니다. 백업을 만들지 않았습니다.</translation>
    </message>
    <message>
        <source>Accept {faces}</source>
        <translation>{faces} 수락</translation>
    </message>
    <message>
        <source>Accept {count:,}</source>
        <translation>{count:,}개 수락</translation>
    </message>
    <message>
        <source>Reject {faces}</source>
        <translation>{faces} 거부</translation>
    </message>
    <message>
        <source>Reject {count:,}</source>
        <translation>{count:,}개 거부</translation>
    </message>
    <message>
        <source>Exclude {faces}</source>
        <translation>{faces} 제외</translation>
    </message>
    <message>
        <source>Exclude {count:,}</source>
        <translation>{count:,}개 제외</translation>
    </message>
    <message>
        <source>Reset {faces}</source>
        <translation>{faces} 미검토로 바꾸기</translation>
    </message>
    <message>
        <source>Reset {count:,}</source>
        <translation>{count:,}개 바꾸기</translation>
    </message>
    <message>
        <source>{faces} would be accepted.</source>
        <translation>{faces}를 수락합니다.</translation>
    </message>
    <message>
        <source>{faces} would be accepted, {left:,} left out.</source>
        <translation>{faces}를 수락합니다. {left:,}개는 빠집니다.</translation>
    </message>
    <message>
        <source>No face would be accepted.</source>
        <translation>수락할 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>{faces} would be rejected.</source>
        <translation>{faces}를 거부합니다.</translation>
    </message>
    <message>
        <source>{faces} would be rejected, {left:,} left out.</source>
        <translation>{faces}를 거부합니다. {left:,}개는 빠집니다.</translation>
    </message>
    <message>
        <source>No face would be rejected.</source>
        <translation>거부할 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>{faces} would be excluded.</source>
        <translation>{faces}를 제외합니다.</translation>
    </message>
    <message>
        <source>{faces} would be excluded, {left:,} left out.</source>
        <translation>{faces}를 제외합니다. {left:,}개는 빠집니다.</translation>
    </message>
    <message>
        <source>No face would be excluded.</source>
        <translation>제외할 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>{faces} would be reset to unreviewed.</source>
        <translation>{faces}를 미검토로 바꿉니다.</translation>
    </message>
    <message>
        <source>{faces} would be reset to unreviewed, {left:,} left out.</source>
        <translation>{faces}를 미검토로 바꿉니다. {left:,}개는 빠집니다.</translation>
    </message>
    <message>
        <source>No face would be reset to unreviewed.</source>
        <translation>미검토로 바꿀 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Also change {faces} already decided by a person: {verdicts}</source>
        <translation>사람이 다르게 판정한 {faces}도 포함: {verdicts}</translation>
    </message>
    <message>
        <source>Largest expected error first</source>
        <translation>예상 오차 큰 순</translation>
    </message>
    <message>
        <source>Largest expected error of the undecided faces: {error}</source>
        <translation>미판정 얼굴의 가장 큰 예상 오차: {error}</translation>
    </message>
    <message>
        <source>Random sample of {count}</source>
        <translation>무작위 표본 {count}개</translation>
    </message>
    <message>
        <source>One undo reverts all of it.</source>
        <translation>한 번 되돌리면 모두 원래대로 돌아갑니다.</translation>
    </message>
    <message>
        <source>Click a face to leave it out.</source>
        <translation>빼려는 얼굴을 클릭하세요.</translation>
    </message>
    <message>
        <source>{count} of {total:,}, drawn at random.</source>
        <translation>{total:,}개 중 {count}개를 무작위로 뽑았습니다.</translation>
    </message>
    <message>
        <source>Now: {verdicts}</source>
        <translation>현재: {verdicts}</translation>
    </message>
    <message>
        <source>{count:,} already {verdict}</source>
        <translation>이미 {verdict} {count:,}개</translation>
    </message>
    <message>
        <source>{count:,} already accepted or corrected</source>
        <translation>이미 수락 또는 수정 {count:,}개</translation>
    </message>
    <message>
        <source>{count:,} with unsaved moves</source>
        <translation>저장하지 않은 이동 {count:,}개</translation>
    </message>
    <message>
        <source>{count:,} without a proposal</source>
        <translation>제안 없음 {count:,}개</translation>
    </message>
    <message>
        <source>Unchanged: {faces}.</source>
        <translation>그대로 두는 얼굴: {faces}.</translation>
    </message>
    <message>
        <source>Expected error</source>
        <translation>예상 오차</translation>
    </message>
    <message>
        <source>Moved by hand</source>
        <translation>손으로 옮김</translation>
    </message>
    <message>
        <source>Other proposal</source>
        <translation>다른 제안</translation>
    </message>
    <message>
        <source>No photo</source>
        <translation>사진 없음</translation>
    </message>
    <message>
        <source>Photo with landmarks</source>
        <translation>랜드마크가 있는 사진</translation>
    </message>
    <message>
        <source>Neighbours move along</source>
        <translation>이웃 점 함께 옮기기</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>사진</translation>
    </message>
    <message>
        <source>The page is what the gallery shows: press G to open it.</source>
        <translation>페이지는 갤러리에 보이는 얼굴입니다. G를 눌러 갤러리를 여세요.</translation>
    </message>
    <message>
        <source>Flagging</source>
        <translation>표시하는 중</translation>
    </message>
    <message>
        <source>New project from photos</source>
        <translation>사진으로 새 프로젝트</translation>
    </message>
    <message>
        <source>Create project</source>
        <translation>프로젝트 만들기</translation>
    </message>
    <message>
        <source>A scheme&apos;s name, a number of points, or the path of a .toml file</source>
        <translation>랜드마크 구성의 이름, 점의 수, 또는 .toml 파일의 경로</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>사진</translation>
    </message>
    <message>
        <source>Project folder</source>
        <translation>프로젝트 폴더</translation>
    </message>
    <message>
        <source>Landmark contact sheet</source>
        <translation>랜드마크 모아 보기</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>Accept page</source>
        <translation>페이지 수락</translation>
    </message>
    <message>
        <source>Show wrong ones</source>
        <translation>틀린 것 보기</translation>
    </message>
    <message>
        <source>To look at</source>
        <translation>볼 것</translation>
    </message>
    <message>
        <source>Wrong</source>
        <translation>틀림</translation>
    </message>
    <message>
        <source>Landmarks</source>
        <translation>랜드마크</translation>
    </message>
    <message>
        <source>Click the wrong ones, or drag a point into place. Space accepts the page, Backspace goes back, Ctrl+Z undoes.</source>
        <translation>틀린 것을 클릭하거나 점을 제자리로 끌어다 놓으세요. Space는 페이지를 수락하고, Backspace는 뒤로 가며, Ctrl+Z는 실행을 취소합니다.</translation>
    </message>
    <message>
        <source>The page before (Backspace)</source>
        <translation>이전 페이지 (Backspace)</translation>
    </message>
    <message>
        <source>Every point that is not marked wrong is in its place (Space)</source>
        <translation>틀렸다고 표시하지 않은 점은 모두 제자리에 있습니다 (Space)</translation>
    </message>
    <message>
        <source>List the faces with a wrong point in the window</source>
        <translation>틀린 점이 있는 얼굴을 창에 표시합니다</translation>
    </message>
    <message>
        <source>See this face in its photo (Enter)</source>
        <translation>이 얼굴을 사진에서 봅니다 (Enter)</translation>
    </message>
    <message>
        <source>Reading the faces…</source>
        <translation>얼굴을 읽는 중…</translation>
    </message>
    <message>
        <source>Reading the faces</source>
        <translation>얼굴 읽기</translation>
    </message>
    <message>
        <source>No face under the filter waits with a proposal.</source>
        <translation>이 필터에는 제안이 있고 결정을 기다리는 얼굴이 없습니다.</translation>
    </message>
    <message numerus="yes">
        <source>{name}: %Ln face(s) lack it. Place it in the photo, or train a round that learns it.</source>
        <translation>
            <numerusform>{name}: 얼굴 %Ln개에 이 랜드마크가 없습니다. 사진에서 찍거나, 이를 배우는 라운드를 학습하세요.</numerusform>
        </translation>
    </message>
    <message>
        <source>{name}: nothing is left to look at. Choose another landmark.</source>
        <translation>{name}: 더 볼 것이 없습니다. 다른 랜드마크를 선택하세요.</translation>
    </message>
    <message>
        <source>{name}: page {page:,} of {pages:,}, worst expected error first; {wrong} wrong here</source>
        <translation>{name}: {pages:,}쪽 중 {page:,}쪽, 예상 오차가 큰 것부터. 이 페이지에서 틀림 {wrong}개</translation>
    </message>
    <message>
        <source>{photo} · zoom {zoom:.0f} %: a pixel of the screen is {pixels:.2f} of the photo</source>
        <translation>{photo} · 배율 {zoom:.0f} %: 화면 1픽셀은 사진 {pixels:.2f}픽셀입니다</translation>
    </message>
    <message>
        <source>Photos stay where they are. Faces are found and landmarks proposed in the background; you can review in the meantime.</source>
        <translation>사진은 제자리에 그대로 있습니다. 얼굴 찾기와 랜드마크 제안은 백그라운드에서 진행되므로 그동안 검토할 수 있습니다.</translation>
    </message>
    <message>
        <source>Make or change…</source>
        <translation>만들기 또는 변경…</translation>
    </message>
    <message>
        <source>Place and name your own landmarks on a photo</source>
        <translation>사진 위에 직접 랜드마크를 놓고 이름을 붙입니다</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>선택…</translation>
    </message>
    <message>
        <source>Use this scheme</source>
        <translation>이 구성 사용</translation>
    </message>
    <message>
        <source>Folder of photos</source>
        <translation>사진 폴더</translation>
    </message>
    <message>
        <source>Folder for the project</source>
        <translation>프로젝트를 저장할 폴더</translation>
    </message>
    <message>
        <source>Choose a folder of photos.</source>
        <translation>사진 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>That photo folder does not exist.</source>
        <translation>그 사진 폴더는 없습니다.</translation>
    </message>
    <message>
        <source>Choose a folder for the project.</source>
        <translation>프로젝트를 저장할 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>That folder already contains a project: open it instead.</source>
        <translation>그 폴더에는 이미 프로젝트가 있습니다. 그 프로젝트를 여세요.</translation>
    </message>
    <message>
        <source>Accept by score</source>
        <translation>점수로 수락</translation>
    </message>
    <message>
        <source>Score at least</source>
        <translation>최소 점수</translation>
    </message>
    <message>
        <source>Without a bound: a score says little of the error, so nobody knows how many of these faces are wrong.</source>
        <translation>보장 없음: 신뢰도 점수는 오차를 거의 알려 주지 않으므로, 이 얼굴 중 몇 개가 틀렸는지 알 수 없습니다.</translation>
    </message>
    <message>
        <source>Accept with a guarantee instead…</source>
        <translation>대신 보장과 함께 수락…</translation>
    </message>
    <message>
        <source>You see them before anything is decided. One undo reverts all of it.</source>
        <translation>판정하기 전에 얼굴들을 보여 줍니다. 실행 취소 한 번으로 모두 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Unreviewed faces, scored by the model “{model}”.</source>
        <translation>모델 “{model}”의 점수로 본 미검토 얼굴입니다.</translation>
    </message>
    <message>
        <source>Preview {count:,}…</source>
        <translation>{count:,}개 미리 보기…</translation>
    </message>
    <message>
        <source>The network in use</source>
        <translation>사용 중인 모델</translation>
    </message>
    <message>
        <source>The starter</source>
        <translation>기본 모델</translation>
    </message>
    <message>
        <source>A new network, from ImageNet</source>
        <translation>새 모델 (ImageNet에서 시작)</translation>
    </message>
    <message>
        <source>What fits about ten minutes</source>
        <translation>약 10분에 맞게</translation>
    </message>
    <message>
        <source>So many epochs</source>
        <translation>에포크 수 지정</translation>
    </message>
    <message>
        <source>Until it stops improving</source>
        <translation>더 나아지지 않을 때까지</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>자동</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU 사용</translation>
    </message>
    <message>
        <source>CUDA GPU</source>
        <translation>CUDA GPU 사용</translation>
    </message>
    <message>
        <source>Apple GPU</source>
        <translation>Apple GPU 사용</translation>
    </message>
    <message>
        <source>Pack a round</source>
        <translation>라운드 묶기</translation>
    </message>
    <message>
        <source>Train a round</source>
        <translation>라운드 학습</translation>
    </message>
    <message>
        <source>all of them together</source>
        <translation>모두 함께</translation>
    </message>
    <message>
        <source>each folder of photos by itself</source>
        <translation>사진 폴더마다 따로</translation>
    </message>
    <message>
        <source>each pose by itself: left, frontal, right</source>
        <translation>방향마다 따로: 왼쪽, 정면, 오른쪽</translation>
    </message>
    <message>
        <source>Find out how many errors I see</source>
        <translation>내가 오류를 얼마나 찾는지 측정</translation>
    </message>
    <message>
        <source>Some of the faces are shifted on purpose. Without them, you are taken to see all.</source>
        <translation>일부 얼굴은 일부러 점을 옮겨서 보여 줍니다. 이를 끄면 모든 오류를 찾는다고 가정합니다.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>시작</translation>
    </message>
    <message>
        <source>Go on where you stopped</source>
        <translation>멈춘 곳에서 계속</translation>
    </message>
    <message>
        <source>Which faces: those under the filter that nobody judged ({filter}; {faces} listed)</source>
        <translation>대상: 이 필터에서 아직 아무도 판단하지 않은 얼굴 ({filter}; 목록에 {faces})</translation>
    </message>
    <message>
        <source>At most</source>
        <translation>최대</translation>
    </message>
    <message>
        <source>of these faces have a landmark</source>
        <translation>의 얼굴에서 랜드마크가</translation>
    </message>
    <message>
        <source>off by more than</source>
        <translation>벗어난 정도가</translation>
    </message>
    <message>
        <source>of the distance between the eyes,</source>
        <translation>(눈 사이 거리 기준)를 넘습니다.</translation>
    </message>
    <message>
        <source>with</source>
        <translation>신뢰도는</translation>
    </message>
    <message>
        <source>confidence.</source>
        <translation>입니다.</translation>
    </message>
    <message>
        <source>You look at faces drawn at random, and say of each whether it is right. As soon as that is enough, all of them are accepted at once; one undo takes it back.</source>
        <translation>무작위로 뽑은 얼굴을 보고 맞는지 하나씩 판단합니다. 충분해지면 모두 한 번에 수락되며, 실행 취소 한 번으로 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>It holds for</source>
        <translation>보장 단위</translation>
    </message>
    <message>
        <source>A landmark is right inside its circle; along a contour it may slide.</source>
        <translation>랜드마크는 원 안에 있으면 맞습니다. 윤곽선을 따라서는 미끄러져도 됩니다.</translation>
    </message>
    <message>
        <source>Pack…</source>
        <translation>묶기…</translation>
    </message>
    <message>
        <source>Queue</source>
        <translation>대기열에 추가</translation>
    </message>
    <message>
        <source>It is written to a file with its photos, to be trained on another machine. This project waits for its results, and goes on meanwhile.</source>
        <translation>다른 컴퓨터에서 학습하도록 사진과 함께 파일에 기록합니다. 이 프로젝트는 결과를 기다리며, 그동안 계속 작업할 수 있습니다.</translation>
    </message>
    <message>
        <source>It runs in the background, even when the window is closed. Unreviewed and rejected faces get new proposals; decisions stay as they are.</source>
        <translation>백그라운드에서 실행되며 창을 닫아도 계속됩니다. 미검토 얼굴과 거부한 얼굴은 새 제안을 받고, 사람이 판정한 것은 그대로 남습니다.</translation>
    </message>
    <message>
        <source>Trains on</source>
        <translation>학습 대상</translation>
    </message>
    <message>
        <source>Measured by</source>
        <translation>측정 기준</translation>
    </message>
    <message>
        <source>Starts from</source>
        <translation>시작점</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>시간</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>메모리</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>장치</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>고급</translation>
    </message>
    <message>
        <source>Use pseudo-labels</source>
        <translation>의사 레이블 사용</translation>
    </message>
    <message>
        <source>Train on the proposals of unreviewed faces too</source>
        <translation>미검토 얼굴의 제안으로도 학습합니다</translation>
    </message>
    <message>
        <source>Full self-training</source>
        <translation>전체 자기 학습</translation>
    </message>
    <message>
        <source>All tasks in a row, from the coarsest score map to everything, to convergence</source>
        <translation>가장 거친 점수 맵부터 전체까지 모든 과제를 수렴할 때까지 차례로 학습합니다</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>시작점</translation>
    </message>
    <message>
        <source>Backbone</source>
        <translation>백본</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>길이</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>에포크</translation>
    </message>
    <message numerus="yes">
        <source>%Ln manual label(s)</source>
        <translation>
            <numerusform>수동 레이블 %Ln개</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{count} of %Ln pseudo-label(s), which train {trained}</source>
        <translation>
            <numerusform>의사 레이블 %Ln개 중 {count}개 ({trained} 학습)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>none of %Ln pseudo-label(s)</source>
        <translation>
            <numerusform>의사 레이블 %Ln개는 쓰지 않음</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing</source>
        <translation>없음</translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s) that it does not train on</source>
        <translation>
            <numerusform>학습하지 않는 얼굴 %Ln개</numerusform>
        </translation>
    </message>
    <message>
        <source>nothing, so its quality will be unknown</source>
        <translation>없음 (품질을 알 수 없음)</translation>
    </message>
    <message>
        <source>{network} ({backbone})</source>
        <translation>{network} ({backbone})</translation>
    </message>
    <message>
        <source>free for any use</source>
        <translation>자유롭게 사용 가능</translation>
    </message>
    <message>
        <source>for research only</source>
        <translation>연구용 한정</translation>
    </message>
    <message>
        <source>{start}; the result is {terms}</source>
        <translation>{start}; 결과는 {terms}</translation>
    </message>
    <message numerus="yes">
        <source>about {minutes} min on {device}, %Ln epoch(s)</source>
        <translation>
            <numerusform>{device}에서 약 {minutes}분, %Ln 에포크</numerusform>
        </translation>
    </message>
    <message>
        <source>a guess; this computer is being measured…</source>
        <translation>추정; 이 컴퓨터를 측정하는 중…</translation>
    </message>
    <message>
        <source>a guess</source>
        <translation>추정</translation>
    </message>
    <message>
        <source>being measured…</source>
        <translation>측정하는 중…</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>about {size:.1f} GB</source>
        <translation>약 {size:.1f} GB</translation>
    </message>
    <message>
        <source>Photo problems</source>
        <translation>사진 문제</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>문제</translation>
    </message>
    <message>
        <source>Use the whole photo as one face</source>
        <translation>사진 전체를 얼굴 하나로 쓰기</translation>
    </message>
    <message>
        <source>For photos that are already cropped to a face</source>
        <translation>이미 얼굴에 맞게 잘라 낸 사진에 씁니다</translation>
    </message>
    <message>
        <source>Draw a box…</source>
        <translation>박스 그리기…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>다시 시도</translation>
    </message>
    <message>
        <source>no face was found</source>
        <translation>얼굴을 찾지 못했습니다</translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) have a problem; all others were read.</source>
        <translation>
            <numerusform>사진 %Ln장에 문제가 있습니다. 나머지는 모두 읽었습니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Every photo was read, and each has a face.</source>
        <translation>모든 사진을 읽었고, 사진마다 얼굴을 찾았습니다.</translation>
    </message>
    <message>
        <source>Photo folders</source>
        <translation>사진 폴더</translation>
    </message>
    <message>
        <source>Choose its new location…</source>
        <translation>새 위치 선택…</translation>
    </message>
    <message>
        <source>Which of these folders has moved?</source>
        <translation>이 중 어느 폴더를 옮겼습니까?</translation>
    </message>
    <message>
        <source>{folder} (not there)</source>
        <translation>{folder} (없음)</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>명령</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>단축키</translation>
    </message>
    <message>
        <source>Press a key</source>
        <translation>키를 누르세요</translation>
    </message>
    <message>
        <source>Command or key</source>
        <translation>명령 또는 단축키</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>그대로 두기</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>바꾸기…</translation>
    </message>
    <message>
        <source>Add another…</source>
        <translation>더 추가…</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>없애기</translation>
    </message>
    <message>
        <source>Default</source>
        <translation>기본값</translation>
    </message>
    <message>
        <source>All default…</source>
        <translation>모두 기본값으로…</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>설명</translation>
    </message>
    <message>
        <source>Mouse and bare keys on the photo</source>
        <translation>사진에서 쓰는 마우스와 키</translation>
    </message>
    <message>
        <source>Replace the key of this command (Enter)</source>
        <translation>이 명령의 단축키를 바꿉니다(Enter)</translation>
    </message>
    <message>
        <source>Add another key for this command</source>
        <translation>이 명령에 단축키를 하나 더 추가합니다</translation>
    </message>
    <message>
        <source>Remove all keys of this command (Delete)</source>
        <translation>이 명령의 단축키를 없앱니다(Delete)</translation>
    </message>
    <message>
        <source>Restore the default keys of this command</source>
        <translation>이 명령의 기본 단축키로 되돌립니다</translation>
    </message>
    <message>
        <source>Default: {keys}</source>
        <translation>기본: {keys}</translation>
    </message>
    <message>
        <source>Choose another key.</source>
        <translation>다른 키를 고르세요.</translation>
    </message>
    <message>
        <source>{key} belongs to “{name}”.</source>
        <translation>{key}은(는) “{name}” 명령에서 쓰고 있습니다.</translation>
    </message>
    <message>
        <source>Reassign it</source>
        <translation>그 명령에서 떼어 오기</translation>
    </message>
    <message numerus="yes">
        <source>%n command(s) get their default keys back.</source>
        <translation>
            <numerusform>명령 %n개의 단축키를 처음 상태로 바꿉니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Finding faces…</source>
        <translation>얼굴을 찾는 중…</translation>
    </message>
    <message>
        <source>No face was found yet.
Photo problems… in the Project menu shows what to do.</source>
        <translation>아직 찾은 얼굴이 없습니다.
프로젝트 메뉴의 ‘사진 문제…’에서 해결 방법을 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>No photos yet.
Import a folder, or drop one here.</source>
        <translation>아직 사진이 없습니다.
폴더를 가져오거나 여기에 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>Its boxes and landmarks belong to the photo before: put that back.</source>
        <translation>박스와 랜드마크는 전의 사진에 속합니다. 그 사진을 되돌려 놓으세요.</translation>
    </message>
    <message>
        <source>If the photos moved: Photos moved… in the Project menu.</source>
        <translation>사진을 옮겼다면 프로젝트 메뉴의 ‘사진 위치 변경…’을 고르세요.</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>불러오는 중…</translation>
    </message>
    <message>
        <source>No earlier proposal of this face is kept.</source>
        <translation>이 얼굴의 이전 제안은 남아 있지 않습니다.</translation>
    </message>
    <message>
        <source>Click: the selected point, else the nearest, jumps there.</source>
        <translation>클릭하면 선택한 점, 없으면 가장 가까운 점이 그곳에 놓입니다.</translation>
    </message>
    <message>
        <source>The points that you did not place follow. Alt: one alone.</source>
        <translation>직접 놓지 않은 점이 따라 움직입니다. Alt: 한 점만.</translation>
    </message>
    <message numerus="yes">
        <source>Points follow once %Ln face(s) are corrected.</source>
        <translation>
            <numerusform>얼굴 %Ln개를 수정하면 점이 따라 움직이기 시작합니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Neighbours move along. The wheel sets how many, while you drag.</source>
        <translation>이웃 점이 함께 움직입니다. 끄는 동안 휠로 범위를 조절하세요.</translation>
    </message>
    <message>
        <source>No point is selected.</source>
        <translation>선택한 점이 없습니다.</translation>
    </message>
    <message>
        <source>Click one, or press Tab.</source>
        <translation>점을 클릭하거나 Tab을 누르세요.</translation>
    </message>
    <message>
        <source>Fewer than two points are selected.</source>
        <translation>선택한 점이 두 개보다 적습니다.</translation>
    </message>
    <message>
        <source>Drag a frame around some.</source>
        <translation>끌어서 여러 점을 선택하세요.</translation>
    </message>
    <message>
        <source>Draw a box around the whole face. Enter: by keyboard. Esc: leave.</source>
        <translation>얼굴 전체를 감싸는 박스를 그리세요. Enter: 키보드로, Esc: 그만두기.</translation>
    </message>
    <message>
        <source>Arrows move the box, Alt and arrows resize it. Enter keeps it, Esc leaves it.</source>
        <translation>화살표로 박스를 옮기고 Alt와 화살표로 크기를 바꿉니다. Enter로 적용하고 Esc로 취소합니다.</translation>
    </message>
    <message>
        <source>Change the box</source>
        <translation>박스 바꾸기</translation>
    </message>
    <message>
        <source>This face is {verdict}.</source>
        <translation>이 얼굴의 판정은 {verdict}입니다.</translation>
    </message>
    <message>
        <source>You moved points of this face.</source>
        <translation>이 얼굴의 점을 옮겼습니다.</translation>
    </message>
    <message>
        <source>Keep its landmarks, or propose new ones for the new box?</source>
        <translation>랜드마크를 그대로 둘까요, 새 박스에 맞춰 다시 제안할까요?</translation>
    </message>
    <message>
        <source>Undo brings back what was.</source>
        <translation>되돌리면 이전 상태로 돌아갑니다.</translation>
    </message>
    <message>
        <source>Keep landmarks</source>
        <translation>랜드마크 유지</translation>
    </message>
    <message>
        <source>Propose new ones</source>
        <translation>다시 제안</translation>
    </message>
    <message>
        <source>Leave the box</source>
        <translation>박스 그대로 두기</translation>
    </message>
    <message>
        <source>The box is too small: drag from one corner of the face to the other.</source>
        <translation>박스가 너무 작습니다. 얼굴의 한 모서리에서 반대쪽 모서리까지 드래그하세요.</translation>
    </message>
    <message>
        <source>Faces before and after</source>
        <translation>앞뒤 얼굴</translation>
    </message>
    <message>
        <source>Filters</source>
        <translation>필터</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>판정</translation>
    </message>
    <message>
        <source>Saved filters</source>
        <translation>저장된 필터</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>검사 결과</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Decided by</source>
        <translation>판정한 사람</translation>
    </message>
    <message>
        <source>Newest round</source>
        <translation>최신 라운드</translation>
    </message>
    <message>
        <source>Flagged</source>
        <translation>플래그 있음</translation>
    </message>
    <message>
        <source>newer</source>
        <translation>새 버전</translation>
    </message>
    <message>
        <source>{name}: made by a newer version of this program</source>
        <translation>{name}: 더 새로운 버전의 프로그램에서 만들었습니다</translation>
    </message>
    <message>
        <source>In round {number}</source>
        <translation>라운드 {number}에서</translation>
    </message>
    <message>
        <source>{todo:,} of {faces:,} faces left to decide</source>
        <translation>얼굴 {faces:,}개 중 {todo:,}개가 판정을 기다립니다</translation>
    </message>
    <message>
        <source>Accepted and corrected</source>
        <translation>수락 및 수정</translation>
    </message>
    <message>
        <source>Only corrected</source>
        <translation>수정한 것만</translation>
    </message>
    <message>
        <source>Only accepted as proposed</source>
        <translation>제안대로 수락한 것만</translation>
    </message>
    <message>
        <source>One part</source>
        <translation>나누지 않음</translation>
    </message>
    <message>
        <source>80 % train, 10 % val, 10 % test</source>
        <translation>train(학습) 80 %, val(검증) 10 %, test(평가) 10 %</translation>
    </message>
    <message>
        <source>80 % train, 10 % val, 10 % test; photos of a folder stay together</source>
        <translation>train(학습) 80 %, val(검증) 10 %, test(평가) 10 %, 폴더별로 묶음</translation>
    </message>
    <message>
        <source>All faces</source>
        <translation>모든 얼굴</translation>
    </message>
    <message>
        <source>Under the filter: {filter}</source>
        <translation>필터에 맞는 얼굴: {filter}</translation>
    </message>
    <message>
        <source>Which labels</source>
        <translation>레이블</translation>
    </message>
    <message>
        <source>Which faces</source>
        <translation>얼굴</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>분할</translation>
    </message>
    <message>
        <source>Working out what would be written…</source>
        <translation>내보낼 내용을 확인하는 중…</translation>
    </message>
    <message>
        <source>Working out what would be written</source>
        <translation>내보낼 내용 확인</translation>
    </message>
    <message>
        <source>Export anyway…</source>
        <translation>그래도 내보내기…</translation>
    </message>
    <message>
        <source>To review</source>
        <translation>검토 대상</translation>
    </message>
    <message>
        <source>Unreviewed</source>
        <translation>미검토</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>수락</translation>
    </message>
    <message>
        <source>Corrected</source>
        <translation>수정</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>거부</translation>
    </message>
    <message>
        <source>Rejected, new proposal</source>
        <translation>거부, 새 제안 있음</translation>
    </message>
    <message>
        <source>Excluded</source>
        <translation>제외</translation>
    </message>
    <message>
        <source>By file</source>
        <translation>파일순</translation>
    </message>
    <message>
        <source>Smallest expected error first</source>
        <translation>예상 오차 작은 순</translation>
    </message>
    <message>
        <source>Latest decision first</source>
        <translation>최근 판정부터</translation>
    </message>
    <message>
        <source>Landmarks missing</source>
        <translation>랜드마크 빠짐</translation>
    </message>
    <message>
        <source>Newest round first</source>
        <translation>최신 라운드부터</translation>
    </message>
    <message>
        <source>Largest change first</source>
        <translation>변화가 큰 것부터</translation>
    </message>
    <message>
        <source>By file, reversed</source>
        <translation>파일 역순</translation>
    </message>
    <message>
        <source>Earliest decision first</source>
        <translation>오래된 판정부터</translation>
    </message>
    <message>
        <source>Oldest round first</source>
        <translation>오래된 라운드부터</translation>
    </message>
    <message>
        <source>Smallest change first</source>
        <translation>변화가 작은 것부터</translation>
    </message>
    <message>
        <source>Trained</source>
        <translation>학습됨</translation>
    </message>
    <message>
        <source>Pseudo-label</source>
        <translation>의사 레이블</translation>
    </message>
    <message>
        <source>Measured</source>
        <translation>측정용</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>사용 안 함</translation>
    </message>
    <message>
        <source>Round {number}</source>
        <translation>라운드 {number}</translation>
    </message>
    <message>
        <source>Import {number}</source>
        <translation>가져오기 {number}</translation>
    </message>
    <message>
        <source>Faces to measure by</source>
        <translation>측정용 얼굴</translation>
    </message>
    <message>
        <source>Draw</source>
        <translation>뽑기</translation>
    </message>
    <message>
        <source>Set faces aside to measure by, before the first round?</source>
        <translation>첫 라운드 전에 측정용 얼굴을 따로 둘까요?</translation>
    </message>
    <message>
        <source>They are drawn at random, and no round trains on them: only on such faces can you see how good a round is. Accept or correct them, then train.</source>
        <translation>무작위로 뽑으며 어떤 라운드도 이 얼굴로 학습하지 않습니다. 라운드가 얼마나 좋은지는 이런 얼굴로만 알 수 있습니다. 수락하거나 수정한 다음 학습하세요.</translation>
    </message>
    <message>
        <source>There are {count} now: {judged} judged, {waiting} to judge.</source>
        <translation>지금 {count}개가 있습니다. 판정됨 {judged}개, 판정할 것 {waiting}개.</translation>
    </message>
    <message>
        <source>Other faces of their photos</source>
        <translation>같은 사진의 다른 얼굴</translation>
    </message>
    <message>
        <source>Other photos of their folders</source>
        <translation>같은 폴더의 다른 사진</translation>
    </message>
    <message>
        <source>Photos with the same name but for the number</source>
        <translation>번호만 다르고 이름이 같은 사진</translation>
    </message>
    <message>
        <source>By folder or by name, if a folder, or names that differ only in the number at the end, hold the frames of one video or person</source>
        <translation>한 폴더나, 끝의 번호만 다른 이름에 한 동영상 또는 한 사람의 프레임이 들어 있으면 폴더별 또는 이름별로</translation>
    </message>
    <message>
        <source>Faces to draw</source>
        <translation>뽑을 얼굴 수</translation>
    </message>
    <message>
        <source>Never train on</source>
        <translation>학습하지 않을 것</translation>
    </message>
    <message>
        <source>Without them, a round runs but its quality is unknown.</source>
        <translation>없어도 라운드는 실행되지만 품질을 알 수 없습니다.</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>나중에</translation>
    </message>
    <message>
        <source>Round no. {number}</source>
        <translation>라운드 번호 {number}</translation>
    </message>
    <message>
        <source>Photo folder</source>
        <translation>사진 폴더</translation>
    </message>
    <message>
        <source>By {reviewer}</source>
        <translation>판정: {reviewer}</translation>
    </message>
    <message>
        <source>Expected error from {low}</source>
        <translation>예상 오차 {low} 이상</translation>
    </message>
    <message>
        <source>Expected error {low} to {high}</source>
        <translation>예상 오차 {low} ~ {high}</translation>
    </message>
    <message>
        <source>One batch</source>
        <translation>일괄 처리 하나</translation>
    </message>
    <message numerus="yes">
        <source>%Ln chosen face(s)</source>
        <translation>
            <numerusform>고른 얼굴 %Ln개</numerusform>
        </translation>
    </message>
    <message>
        <source>Faces</source>
        <translation>얼굴</translation>
    </message>
    <message>
        <source>Expected error, from none to the project&apos;s tolerance and more. Grey: unknown. White diamonds were moved by a person.</source>
        <translation>예상 오차: 0부터 프로젝트의 허용 오차 이상까지. 회색은 알 수 없음, 흰 마름모는 사람이 옮긴 점입니다.</translation>
    </message>
    <message>
        <source>Size of the pictures (Ctrl and the mouse wheel)</source>
        <translation>사진 크기(Ctrl+마우스 휠)</translation>
    </message>
    <message>
        <source>Size of the pictures</source>
        <translation>사진 크기</translation>
    </message>
    <message>
        <source>{faces} · {count:,} selected</source>
        <translation>{faces} · {count:,}개 선택</translation>
    </message>
    <message>
        <source>No face matches this filter:
{filter}</source>
        <translation>이 필터에 맞는 얼굴이 없습니다:
{filter}</translation>
    </message>
    <message>
        <source>Finding faces…
They appear here as they are found.</source>
        <translation>얼굴을 찾는 중…
찾는 대로 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>flagged</source>
        <translation>플래그</translation>
    </message>
    <message>
        <source>unsaved moves</source>
        <translation>저장하지 않은 이동</translation>
    </message>
    <message>
        <source>new proposal</source>
        <translation>새 제안</translation>
    </message>
    <message>
        <source>Undid: {what}</source>
        <translation>되돌림: {what}</translation>
    </message>
    <message>
        <source>Redid: {what}</source>
        <translation>다시 실행: {what}</translation>
    </message>
    <message>
        <source>Restored: {verdict}</source>
        <translation>복원: {verdict}</translation>
    </message>
    <message>
        <source>Reverted: {what}</source>
        <translation>철회: {what}</translation>
    </message>
    <message>
        <source>Flag removed</source>
        <translation>플래그 해제</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>복원</translation>
    </message>
    <message>
        <source>Return the face to this earlier state; you can undo it</source>
        <translation>얼굴을 이 이전 상태로 돌려놓습니다. 되돌릴 수 있습니다</translation>
    </message>
    <message>
        <source>History</source>
        <translation>이력</translation>
    </message>
    <message>
        <source>History ({count})</source>
        <translation>이력({count})</translation>
    </message>
    <message>
        <source>{what} - undone</source>
        <translation>{what} - 되돌림</translation>
    </message>
    <message>
        <source>{what}
by {reviewer}, {time}
proposal from: {model}
result: {verdict}</source>
        <translation>{what}
{reviewer}, {time}
제안한 모델: {model}
판정 결과: {verdict}</translation>
    </message>
    <message>
        <source>Found, not reviewed</source>
        <translation>찾음, 미검토</translation>
    </message>
    <message>
        <source>Raw figures</source>
        <translation>원래 수치</translation>
    </message>
    <message>
        <source>Raw figures: what the network says of itself; it says little of the error</source>
        <translation>원래 수치: 네트워크가 스스로 매긴 값이며, 오차는 거의 알려 주지 않습니다</translation>
    </message>
    <message>
        <source>Score {score:.2f}, votes spread over {spread:.1f} % of the box</source>
        <translation>신뢰도 점수 {score:.2f}, 투표의 퍼짐은 박스의 {spread:.1f} %</translation>
    </message>
    <message>
        <source>How far a landmark of this face is off on average, as expected: in pixels of the photo, and in per cent of the norm, such as the distance of the outer corners of the eyes</source>
        <translation>이 얼굴의 랜드마크가 평균적으로 벗어나 있을 것으로 예상되는 거리: 사진의 픽셀, 그리고 기준 거리(예: 두 눈 바깥쪽 끝 사이의 거리)에 대한 비율</translation>
    </message>
    <message>
        <source>File</source>
        <translation>파일</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>목록</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>판정</translation>
    </message>
    <message>
        <source>Reviewed faces of the project</source>
        <translation>이 프로젝트에서 검토한 얼굴</translation>
    </message>
    <message>
        <source>Reviewed</source>
        <translation>검토함</translation>
    </message>
    <message>
        <source>No face</source>
        <translation>얼굴 없음</translation>
    </message>
    <message>
        <source>{verdict}, moved</source>
        <translation>{verdict}, 점 옮김</translation>
    </message>
    <message>
        <source>{verdict}, newer proposal available</source>
        <translation>{verdict}, 더 새로운 제안 있음</translation>
    </message>
    <message>
        <source>{verdict}, new proposal</source>
        <translation>{verdict}, 새 제안</translation>
    </message>
    <message>
        <source>{verdict}, landmarks missing</source>
        <translation>{verdict}, 랜드마크 빠짐</translation>
    </message>
    <message>
        <source>Round {number}: {use}</source>
        <translation>라운드 {number}: {use}</translation>
    </message>
    <message>
        <source>no proposal</source>
        <translation>제안 없음</translation>
    </message>
    <message>
        <source>Landmark</source>
        <translation>랜드마크</translation>
    </message>
    <message>
        <source>Missing in the label: this place is proposed. Drag the point if it is not right, then accept the face</source>
        <translation>레이블에 빠진 점입니다. 이 위치는 제안입니다. 맞지 않으면 점을 끌어 옮긴 뒤 얼굴을 수락하세요</translation>
    </message>
    <message>
        <source>Expected errors, largest first. Click to go to a point.
{hand} moved by hand   {occluded} occluded   {absent} absent</source>
        <translation>예상 오차가 큰 순서입니다. 클릭하면 그 점으로 이동합니다.
{hand} 직접 옮김   {occluded} 가려짐   {absent} 없음</translation>
    </message>
    <message>
        <source>Point {number}</source>
        <translation>점 {number}</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>이 메시지 닫기</translation>
    </message>
    <message>
        <source>Read-only: you can view and export this project, but changes are not saved. To edit it, open a copy of its folder.</source>
        <translation>읽기 전용: 이 프로젝트를 보고 내보낼 수 있지만, 바꾼 내용은 저장되지 않습니다. 작업하려면 폴더의 복사본을 여세요.</translation>
    </message>
    <message>
        <source>Landmark scheme</source>
        <translation>랜드마크 구성</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Save as file…</source>
        <translation>파일로 저장…</translation>
    </message>
    <message>
        <source>Start from…</source>
        <translation>불러올 구성…</translation>
    </message>
    <message>
        <source>{scheme}: {count} landmarks</source>
        <translation>{scheme}: 랜드마크 {count}개</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>비어 있음</translation>
    </message>
    <message>
        <source>Replace everything by a known scheme; undo brings it back</source>
        <translation>모두 알려진 구성으로 바꿉니다. 되돌리기로 복구됩니다</translation>
    </message>
    <message>
        <source>The part of the face that the chosen landmarks belong to; Enter sets it</source>
        <translation>선택한 랜드마크가 속한 얼굴 부위. Enter로 정합니다</translation>
    </message>
    <message>
        <source>A name, such as dogs-14</source>
        <translation>이름, 예: dogs-14</translation>
    </message>
    <message>
        <source>This is a copy: the open project keeps its scheme. Save it for a new project.</source>
        <translation>사본입니다. 열린 프로젝트의 구성은 그대로입니다. 새 프로젝트에 쓰려면 저장하세요.</translation>
    </message>
    <message>
        <source>Photo…</source>
        <translation>사진…</translation>
    </message>
    <message>
        <source>Choose a photo to place the landmarks on</source>
        <translation>랜드마크를 놓을 사진을 선택합니다</translation>
    </message>
    <message>
        <source>Place the landmarks on an empty picture</source>
        <translation>빈 화면에 랜드마크를 놓습니다</translation>
    </message>
    <message>
        <source>Template</source>
        <translation>기본 구성</translation>
    </message>
    <message>
        <source>the box</source>
        <translation>박스</translation>
    </message>
    <message>
        <source>from {one} to {other}</source>
        <translation>{one}에서 {other}까지</translation>
    </message>
    <message>
        <source>Landmarks {count}  ·  pairs {pairs}  ·  edges {edges}  ·  norm: {norm}</source>
        <translation>랜드마크 {count}  ·  쌍 {pairs}  ·  선 {edges}  ·  기준 거리: {norm}</translation>
    </message>
    <message>
        <source>The scheme is complete.</source>
        <translation>구성이 완성되었습니다.</translation>
    </message>
    <message>
        <source>{first} (and {count} more)</source>
        <translation>{first} (외 {count}건)</translation>
    </message>
    <message>
        <source>Reading the photo {photo}…</source>
        <translation>사진 {photo} 읽는 중…</translation>
    </message>
    <message>
        <source>Landmark scheme on {photo}</source>
        <translation>랜드마크 구성 - {photo}</translation>
    </message>
    <message>
        <source>A photo to place the landmarks on</source>
        <translation>랜드마크를 놓을 사진</translation>
    </message>
    <message>
        <source>Photos ({patterns})</source>
        <translation>사진 ({patterns})</translation>
    </message>
    <message>
        <source>Save the scheme</source>
        <translation>구성 저장</translation>
    </message>
    <message>
        <source>Landmark schemes ({patterns})</source>
        <translation>랜드마크 구성 ({patterns})</translation>
    </message>
    <message>
        <source>Saved as {file}.</source>
        <translation>{file}(으)로 저장했습니다.</translation>
    </message>
    <message>
        <source>Close without keeping the scheme?</source>
        <translation>구성을 저장하지 않고 닫을까요?</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>버리기</translation>
    </message>
    <message>
        <source>Keep editing</source>
        <translation>계속 편집</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>취소하는 중…</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>몇 초 남음</translation>
    </message>
    <message>
        <source>about {count} s left</source>
        <translation>약 {count}초 남음</translation>
    </message>
    <message>
        <source>about {count} min left</source>
        <translation>약 {count}분 남음</translation>
    </message>
    <message>
        <source>about {count:.1f} h left</source>
        <translation>약 {count:.1f}시간 남음</translation>
    </message>
    <message>
        <source>When</source>
        <translation>시각</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>사람</translation>
    </message>
    <message>
        <source>What</source>
        <translation>내용</translation>
    </message>
    <message>
        <source>Unchanged</source>
        <translation>그대로 남은 수</translation>
    </message>
    <message>
        <source>{left:,} of {faces:,} faces are still as this batch left them</source>
        <translation>얼굴 {faces:,}개 중 {left:,}개가 이 일괄 처리 때 그대로입니다</translation>
    </message>
    <message>
        <source>all</source>
        <translation>전부</translation>
    </message>
    <message>
        <source>none</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Batches</source>
        <translation>일괄 처리 내역</translation>
    </message>
    <message>
        <source>Search by person, time or action</source>
        <translation>누가, 언제, 무엇을 했는지 검색</translation>
    </message>
    <message>
        <source>Show these faces</source>
        <translation>이 얼굴 보기</translation>
    </message>
    <message>
        <source>List only the faces of this batch</source>
        <translation>목록에 이 일괄 처리의 얼굴만 보입니다</translation>
    </message>
    <message>
        <source>Revert…</source>
        <translation>철회…</translation>
    </message>
    <message>
        <source>Return its unchanged faces to what they were before the batch</source>
        <translation>이후 바뀌지 않은 얼굴을 이 일괄 처리 전의 상태로 돌려놓습니다</translation>
    </message>
    <message>
        <source>Decisions made on many faces at once. Reverting a batch changes only the faces that nobody has changed since; all other work stays.</source>
        <translation>여러 얼굴에 한꺼번에 내린 판정입니다. 일괄 처리를 철회하면 그 뒤로 바뀌지 않은 얼굴만 바뀌고, 다른 작업은 모두 그대로 남습니다.</translation>
    </message>
    <message>
        <source>No batch yet: select several faces and decide them, or accept by score.</source>
        <translation>아직 일괄 처리가 없습니다. 여러 얼굴을 선택해 판정하거나 점수로 수락하세요.</translation>
    </message>
    <message>
        <source>Reverting a batch</source>
        <translation>일괄 처리 철회 중</translation>
    </message>
    <message>
        <source>Revert a batch</source>
        <translation>일괄 처리 철회</translation>
    </message>
    <message>
        <source>Revert {count:,}</source>
        <translation>{count:,}개 철회</translation>
    </message>
    <message>
        <source>“{what}” by {reviewer}, {time}.</source>
        <translation>“{what}”, {reviewer}, {time}.</translation>
    </message>
    <message>
        <source>{count:,} to {verdict}</source>
        <translation>{verdict} {count:,}개</translation>
    </message>
    <message>
        <source>Faces to revert: {faces}.</source>
        <translation>이전 판정으로 돌아가는 얼굴: {faces}.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s) were changed since and stay as they are.</source>
        <translation>
            <numerusform>얼굴 %Ln개는 그 뒤에 바뀌었으므로 그대로 둡니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>This is the work of {reviewer}. The history will show that you ({you}) reverted it.</source>
        <translation>{reviewer} 님의 작업입니다. 사용자({you})가 철회한 것으로 기록에 남습니다.</translation>
    </message>
    <message>
        <source>One undo restores it.</source>
        <translation>한 번 되돌리면 다시 돌아옵니다.</translation>
    </message>
    <message>
        <source>Accepted.</source>
        <translation>수락 완료.</translation>
    </message>
    <message>
        <source>Accepted {count} faces.</source>
        <translation>얼굴 {count}개 수락 완료.</translation>
    </message>
    <message>
        <source>Corrected.</source>
        <translation>수정 완료.</translation>
    </message>
    <message>
        <source>Corrected {count} faces.</source>
        <translation>얼굴 {count}개 수정 완료.</translation>
    </message>
    <message>
        <source>Rejected.</source>
        <translation>거부 완료.</translation>
    </message>
    <message>
        <source>Rejected {count} faces.</source>
        <translation>얼굴 {count}개 거부 완료.</translation>
    </message>
    <message>
        <source>Excluded.</source>
        <translation>제외 완료.</translation>
    </message>
    <message>
        <source>Excluded {count} faces.</source>
        <translation>얼굴 {count}개 제외 완료.</translation>
    </message>
    <message>
        <source>Set back.</source>
        <translation>미검토로 변경 완료.</translation>
    </message>
    <message>
        <source>Set back {count} faces.</source>
        <translation>얼굴 {count}개 미검토로 변경 완료.</translation>
    </message>
    <message>
        <source>set back</source>
        <translation>미검토로 변경</translation>
    </message>
    <message>
        <source>{verdict} {count} faces</source>
        <translation>얼굴 {count}개 {verdict}</translation>
    </message>
    <message>
        <source>set back {count} faces</source>
        <translation>얼굴 {count}개 미검토로 변경</translation>
    </message>
    <message>
        <source>{verdict} by score {low} to {high}</source>
        <translation>점수 {low}~{high} {verdict}</translation>
    </message>
    <message>
        <source>labels from {file}</source>
        <translation>{file}의 레이블</translation>
    </message>
    <message>
        <source>proposals from {file}</source>
        <translation>{file}의 제안</translation>
    </message>
    <message>
        <source>restoring {verdict}</source>
        <translation>{verdict} 상태로 복원</translation>
    </message>
    <message>
        <source>flag</source>
        <translation>플래그</translation>
    </message>
    <message>
        <source>unflag</source>
        <translation>플래그 해제</translation>
    </message>
    <message>
        <source>draw a box</source>
        <translation>박스 그리기</translation>
    </message>
    <message>
        <source>take a photo whole</source>
        <translation>사진 전체를 한 얼굴로 지정</translation>
    </message>
    <message>
        <source>move the box</source>
        <translation>박스 옮기기</translation>
    </message>
    <message>
        <source>move</source>
        <translation>점 옮기기</translation>
    </message>
    <message>
        <source>starter</source>
        <translation>기본 모델</translation>
    </message>
    <message>
        <source>mean face</source>
        <translation>평균 얼굴</translation>
    </message>
    <message>
        <source>round {number}</source>
        <translation>라운드 {number}</translation>
    </message>
    <message>
        <source>import of {file}</source>
        <translation>{file} 가져오기</translation>
    </message>
    <message>
        <source>detector {name}</source>
        <translation>검출기 {name}</translation>
    </message>
    <message>
        <source>{photo} is not there</source>
        <translation>{photo}: 파일이 없습니다</translation>
    </message>
    <message>
        <source>{photo} is a folder, not a photo</source>
        <translation>{photo}: 사진이 아니라 폴더입니다</translation>
    </message>
    <message>
        <source>{photo} is not a file</source>
        <translation>{photo}: 파일이 아닙니다</translation>
    </message>
    <message>
        <source>{photo} is empty (0 bytes)</source>
        <translation>{photo}: 비어 있습니다(0바이트)</translation>
    </message>
    <message>
        <source>{photo} is truncated</source>
        <translation>{photo}: 파일이 중간에 잘렸습니다</translation>
    </message>
    <message>
        <source>{photo} is truncated or damaged</source>
        <translation>{photo}: 파일이 잘렸거나 손상되었습니다</translation>
    </message>
    <message>
        <source>{photo} is not an image that can be read</source>
        <translation>{photo}: 읽을 수 있는 이미지가 아닙니다</translation>
    </message>
    <message>
        <source>{photo} is {kind}, which is not supported; convert it to JPEG</source>
        <translation>{photo}: {kind} 형식은 지원하지 않습니다. JPEG로 변환하세요</translation>
    </message>
    <message>
        <source>{photo} is {kind}; install &apos;labeltool[raw]&apos; to read it, or convert it to JPEG</source>
        <translation>{photo}: {kind} 형식입니다. 읽으려면 &apos;labeltool[raw]&apos;을 설치하거나 JPEG로 변환하세요</translation>
    </message>
    <message>
        <source>{photo} holds no preview that can be read; convert it to JPEG ({kind})</source>
        <translation>{photo}: 읽을 수 있는 미리 보기가 들어 있지 않습니다. JPEG로 변환하세요 ({kind})</translation>
    </message>
    <message>
        <source>{photo} holds a preview of {width} x {height} pixels only; convert it to JPEG</source>
        <translation>{photo}: 미리 보기가 {width} x {height} 픽셀뿐입니다. JPEG로 변환하세요</translation>
    </message>
    <message>
        <source>{photo} claims {width} x {height} pixels, more than the limit of {limit} megapixels</source>
        <translation>{photo}: {width} x {height}픽셀이라고 되어 있어 {limit}메가픽셀 한도를 넘습니다</translation>
    </message>
    <message>
        <source>{photo} needs more memory than there is</source>
        <translation>{photo}: 메모리가 부족합니다</translation>
    </message>
    <message>
        <source>{photo} is {width} x {height} pixels now and was {old_width} x {old_height} before</source>
        <translation>{photo}의 크기가 지금은 {width} x {height}픽셀이지만 전에는 {old_width} x {old_height}픽셀이었습니다</translation>
    </message>
    <message>
        <source>{photo} could not be opened: {why}</source>
        <translation>{photo}: 열 수 없습니다({why})</translation>
    </message>
    <message>
        <source>{photo} could not be listed: {why}</source>
        <translation>{photo}: 목록을 볼 수 없습니다({why})</translation>
    </message>
    <message>
        <source>{photo} could not be read: {why}</source>
        <translation>{photo}: 읽을 수 없습니다({why})</translation>
    </message>
    <message>
        <source>permission denied</source>
        <translation>권한이 없습니다</translation>
    </message>
    <message>
        <source>operation not permitted</source>
        <translation>허용되지 않은 작업입니다</translation>
    </message>
    <message>
        <source>no space left on device</source>
        <translation>디스크에 남은 공간이 없습니다</translation>
    </message>
    <message>
        <source>disk quota exceeded</source>
        <translation>디스크 할당량을 초과했습니다</translation>
    </message>
    <message>
        <source>no such file or directory</source>
        <translation>그런 파일이나 폴더가 없습니다</translation>
    </message>
    <message>
        <source>not a directory</source>
        <translation>폴더가 아닙니다</translation>
    </message>
    <message>
        <source>is a directory</source>
        <translation>폴더입니다</translation>
    </message>
    <message>
        <source>file exists</source>
        <translation>이미 있는 파일입니다</translation>
    </message>
    <message>
        <source>file name too long</source>
        <translation>파일 이름이 너무 깁니다</translation>
    </message>
    <message>
        <source>read-only file system</source>
        <translation>읽기 전용 파일 시스템입니다</translation>
    </message>
    <message>
        <source>input/output error</source>
        <translation>입출력 오류입니다</translation>
    </message>
    <message>
        <source>too many open files</source>
        <translation>열린 파일이 너무 많습니다</translation>
    </message>
    <message>
        <source>cannot allocate memory</source>
        <translation>메모리를 할당할 수 없습니다</translation>
    </message>
    <message>
        <source>there is no such file or folder</source>
        <translation>그런 파일이나 폴더가 없습니다</translation>
    </message>
    <message>
        <source>a face of {photo} has no landmarks</source>
        <translation>{photo}: 랜드마크가 없는 얼굴이 있습니다</translation>
    </message>
    <message>
        <source>{photo}: a face is left out, for .pts cannot tell that a landmark is absent.</source>
        <translation>{photo}: .pts는 없는 랜드마크를 나타낼 수 없어 얼굴 하나를 뺐습니다.</translation>
    </message>
    <message>
        <source>{photo} is not a photo of a kind that can be read</source>
        <translation>{photo}: 읽을 수 있는 종류의 사진이 아닙니다</translation>
    </message>
    <message>
        <source>{photo} cannot be used: {reason}</source>
        <translation>{photo}: 쓸 수 없습니다. {reason}</translation>
    </message>
    <message>
        <source>Import it into a project with that scheme. {or_map}</source>
        <translation>그 랜드마크 구성을 쓰는 프로젝트로 가져오세요. {or_map}</translation>
    </message>
    <message>
        <source>{photo} has {count} landmarks, this project&apos;s scheme has {ours}; label it again with all of them</source>
        <translation>{photo}: 랜드마크가 {count}개인데 이 프로젝트의 구성은 {ours}개입니다. 모두 찍어 다시 레이블을 다세요</translation>
    </message>
    <message>
        <source>{photo} cannot be used: the photo cannot be read</source>
        <translation>{photo}: 사용할 수 없습니다(사진을 읽을 수 없습니다)</translation>
    </message>
    <message>
        <source>{photo} has the face around {x}, {y} more than once; the others are left out</source>
        <translation>{photo}: {x}, {y} 근처의 얼굴이 여러 번 나옵니다. 나머지는 쓰지 않습니다</translation>
    </message>
    <message>
        <source>a face of {photo} has landmarks far outside the photo ({size}); label it again</source>
        <translation>{photo}: 한 얼굴의 랜드마크가 사진({size}) 밖으로 멀리 벗어났습니다. 다시 레이블을 다세요</translation>
    </message>
    <message>
        <source>{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn</source>
        <translation>{photo}: 여기서는 {here}인데 {file}에서는 {stated}입니다. EXIF 회전 전의 사진에 단 레이블입니다</translation>
    </message>
    <message>
        <source>{photo} is {here} here, but {file} labelled it at {stated}: on a copy of another size</source>
        <translation>{photo}: 여기서는 {here}인데 {file}에서는 {stated}입니다. 크기가 다른 사본에 단 레이블입니다</translation>
    </message>
    <message>
        <source>{photo} is {here} here, but {file} labelled it at {stated}: before its EXIF turn and on a copy of another size</source>
        <translation>{photo}: 여기서는 {here}인데 {file}에서는 {stated}입니다. EXIF 회전 전의, 크기가 다른 사본에 단 레이블입니다</translation>
    </message>
    <message>
        <source>{photo} is {here} here, but {file} labelled it at {stated}; neither a turn nor a scale explains that</source>
        <translation>{photo}: 여기서는 {here}인데 {file}에서는 {stated}입니다. 회전이나 크기 조정으로는 설명되지 않습니다</translation>
    </message>
    <message>
        <source>{photo} has an EXIF orientation, and {file} labelled other photos as they are stored; its size ({size}) does not tell which it is here</source>
        <translation>{photo}: EXIF 방향이 있고 {file}은(는) 다른 사진을 회전 전의 상태로 레이블했습니다. 크기({size})만으로는 이 사진이 어느 쪽인지 알 수 없습니다</translation>
    </message>
    <message>
        <source>{reason}; import it with {options} if that is so</source>
        <translation>{reason}. 그렇다면 {options}을(를) 붙여 가져오세요</translation>
    </message>
    <message>
        <source>{reason}; label the photo as it is here</source>
        <translation>{reason}. 여기 있는 사진에 다시 레이블을 다세요</translation>
    </message>
    <message>
        <source>{photo} could not be read: {reason}; its labels are written without the hash of its content</source>
        <translation>{photo}: 읽을 수 없습니다: {reason}. 레이블을 내용 해시 없이 저장했습니다</translation>
    </message>
    <message>
        <source>Round {number} is not promoted: its proposals wait until you promote it.</source>
        <translation>라운드 {number}은(는) 승격되지 않았습니다. 승격할 때까지 제안이 표시되지 않습니다.</translation>
    </message>
    <message>
        <source>The round ended without results.</source>
        <translation>라운드가 결과 없이 끝났습니다.</translation>
    </message>
    <message>
        <source>The run folder {folder} is not there any more.</source>
        <translation>라운드 폴더 {folder}이(가) 더 이상 없습니다.</translation>
    </message>
    <message>
        <source>The worker stopped unexpectedly. Its log is in the round&apos;s folder; try again.</source>
        <translation>작업 프로세스가 예기치 않게 종료되었습니다. 로그는 라운드 폴더에 있습니다. 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The worker was killed (signal {number}), perhaps because memory ran out. Close other programs and try again.</source>
        <translation>작업 프로세스가 강제로 종료되었습니다(신호 {number}). 메모리가 부족했을 수 있습니다. 다른 프로그램을 닫고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>There is not enough memory. Close other programs, then try again.</source>
        <translation>메모리가 부족합니다. 다른 프로그램을 닫고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The GPU has not enough memory. Close other programs that use it, or train on the CPU.</source>
        <translation>GPU 메모리가 부족합니다. GPU를 쓰는 다른 프로그램을 닫거나 CPU로 학습하세요.</translation>
    </message>
    <message>
        <source>The training diverged: {error}. Look for wrong labels, then try again.</source>
        <translation>학습이 발산했습니다({error}). 잘못된 레이블이 있는지 확인하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The disk is full. Free some space, then try again.</source>
        <translation>디스크가 가득 찼습니다. 공간을 확보하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>This computer cannot train or predict on {device}: {reason}.</source>
        <translation>이 컴퓨터에서는 {device}(으)로 학습하거나 예측할 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>Unexpected error: {error}</source>
        <translation>예기치 않은 오류: {error}</translation>
    </message>
    <message>
        <source>jaw</source>
        <translation>턱</translation>
    </message>
    <message>
        <source>brows</source>
        <translation>눈썹</translation>
    </message>
    <message>
        <source>nose</source>
        <translation>코</translation>
    </message>
    <message>
        <source>eyes</source>
        <translation>눈</translation>
    </message>
    <message>
        <source>mouth</source>
        <translation>입</translation>
    </message>
    <message>
        <source>chin</source>
        <translation>턱 끝</translation>
    </message>
    <message>
        <source>inner lower lip middle</source>
        <translation>아랫입술 안쪽 중앙</translation>
    </message>
    <message>
        <source>inner upper lip middle</source>
        <translation>윗입술 안쪽 중앙</translation>
    </message>
    <message>
        <source>left brow</source>
        <translation>왼쪽 눈썹</translation>
    </message>
    <message>
        <source>left brow inner end</source>
        <translation>왼쪽 눈썹 안쪽 끝</translation>
    </message>
    <message>
        <source>left brow lower edge</source>
        <translation>왼쪽 눈썹 아래쪽</translation>
    </message>
    <message>
        <source>left brow lower inner end</source>
        <translation>왼쪽 눈썹 안쪽 끝 아래</translation>
    </message>
    <message>
        <source>left brow middle</source>
        <translation>왼쪽 눈썹 중앙</translation>
    </message>
    <message>
        <source>left brow outer end</source>
        <translation>왼쪽 눈썹 바깥쪽 끝</translation>
    </message>
    <message>
        <source>left brow upper edge</source>
        <translation>왼쪽 눈썹 위쪽</translation>
    </message>
    <message>
        <source>left brow upper inner end</source>
        <translation>왼쪽 눈썹 안쪽 끝 위</translation>
    </message>
    <message>
        <source>left eye centre</source>
        <translation>왼쪽 눈 중심</translation>
    </message>
    <message>
        <source>left eye inner corner</source>
        <translation>왼쪽 눈 안쪽 꼬리</translation>
    </message>
    <message>
        <source>left eye outer corner</source>
        <translation>왼쪽 눈 바깥쪽 꼬리</translation>
    </message>
    <message>
        <source>left inner lower lip</source>
        <translation>왼쪽 아랫입술 안쪽</translation>
    </message>
    <message>
        <source>left inner mouth corner</source>
        <translation>왼쪽 입꼬리 안쪽</translation>
    </message>
    <message>
        <source>left inner upper lip</source>
        <translation>왼쪽 윗입술 안쪽</translation>
    </message>
    <message>
        <source>left jaw</source>
        <translation>왼쪽 턱선</translation>
    </message>
    <message>
        <source>left lower eyelid inner</source>
        <translation>왼쪽 아래 눈꺼풀 안쪽</translation>
    </message>
    <message>
        <source>left lower eyelid middle</source>
        <translation>왼쪽 아래 눈꺼풀 중앙</translation>
    </message>
    <message>
        <source>left lower eyelid outer</source>
        <translation>왼쪽 아래 눈꺼풀 바깥쪽</translation>
    </message>
    <message>
        <source>left lower lip</source>
        <translation>왼쪽 아랫입술</translation>
    </message>
    <message>
        <source>left mouth corner</source>
        <translation>왼쪽 입꼬리</translation>
    </message>
    <message>
        <source>left nose outline</source>
        <translation>왼쪽 코 윤곽</translation>
    </message>
    <message>
        <source>left nose wing</source>
        <translation>왼쪽 콧방울</translation>
    </message>
    <message>
        <source>left nostril</source>
        <translation>왼쪽 콧구멍</translation>
    </message>
    <message>
        <source>left pupil</source>
        <translation>왼쪽 눈동자</translation>
    </message>
    <message>
        <source>left upper eyelid inner</source>
        <translation>왼쪽 위 눈꺼풀 안쪽</translation>
    </message>
    <message>
        <source>left upper eyelid middle</source>
        <translation>왼쪽 위 눈꺼풀 중앙</translation>
    </message>
    <message>
        <source>left upper eyelid outer</source>
        <translation>왼쪽 위 눈꺼풀 바깥쪽</translation>
    </message>
    <message>
        <source>left upper lip</source>
        <translation>왼쪽 윗입술</translation>
    </message>
    <message>
        <source>lower lip middle</source>
        <translation>아랫입술 중앙</translation>
    </message>
    <message>
        <source>mouth middle</source>
        <translation>입 중앙</translation>
    </message>
    <message>
        <source>nose base</source>
        <translation>코밑</translation>
    </message>
    <message>
        <source>nose bridge</source>
        <translation>콧대</translation>
    </message>
    <message>
        <source>nose tip</source>
        <translation>코끝</translation>
    </message>
    <message>
        <source>right brow</source>
        <translation>오른쪽 눈썹</translation>
    </message>
    <message>
        <source>right brow inner end</source>
        <translation>오른쪽 눈썹 안쪽 끝</translation>
    </message>
    <message>
        <source>right brow lower edge</source>
        <translation>오른쪽 눈썹 아래쪽</translation>
    </message>
    <message>
        <source>right brow lower inner end</source>
        <translation>오른쪽 눈썹 안쪽 끝 아래</translation>
    </message>
    <message>
        <source>right brow middle</source>
        <translation>오른쪽 눈썹 중앙</translation>
    </message>
    <message>
        <source>right brow outer end</source>
        <translation>오른쪽 눈썹 바깥쪽 끝</translation>
    </message>
    <message>
        <source>right brow upper edge</source>
        <translation>오른쪽 눈썹 위쪽</translation>
    </message>
    <message>
        <source>right brow upper inner end</source>
        <translation>오른쪽 눈썹 안쪽 끝 위</translation>
    </message>
    <message>
        <source>right eye centre</source>
        <translation>오른쪽 눈 중심</translation>
    </message>
    <message>
        <source>right eye inner corner</source>
        <translation>오른쪽 눈 안쪽 꼬리</translation>
    </message>
    <message>
        <source>right eye outer corner</source>
        <translation>오른쪽 눈 바깥쪽 꼬리</translation>
    </message>
    <message>
        <source>right inner lower lip</source>
        <translation>오른쪽 아랫입술 안쪽</translation>
    </message>
    <message>
        <source>right inner mouth corner</source>
        <translation>오른쪽 입꼬리 안쪽</translation>
    </message>
    <message>
        <source>right inner upper lip</source>
        <translation>오른쪽 윗입술 안쪽</translation>
    </message>
    <message>
        <source>right jaw</source>
        <translation>오른쪽 턱선</translation>
    </message>
    <message>
        <source>right lower eyelid inner</source>
        <translation>오른쪽 아래 눈꺼풀 안쪽</translation>
    </message>
    <message>
        <source>right lower eyelid middle</source>
        <translation>오른쪽 아래 눈꺼풀 중앙</translation>
    </message>
    <message>
        <source>right lower eyelid outer</source>
        <translation>오른쪽 아래 눈꺼풀 바깥쪽</translation>
    </message>
    <message>
        <source>right lower lip</source>
        <translation>오른쪽 아랫입술</translation>
    </message>
    <message>
        <source>right mouth corner</source>
        <translation>오른쪽 입꼬리</translation>
    </message>
    <message>
        <source>right nose outline</source>
        <translation>오른쪽 코 윤곽</translation>
    </message>
    <message>
        <source>right nose wing</source>
        <translation>오른쪽 콧방울</translation>
    </message>
    <message>
        <source>right nostril</source>
        <translation>오른쪽 콧구멍</translation>
    </message>
    <message>
        <source>right pupil</source>
        <translation>오른쪽 눈동자</translation>
    </message>
    <message>
        <source>right upper eyelid inner</source>
        <translation>오른쪽 위 눈꺼풀 안쪽</translation>
    </message>
    <message>
        <source>right upper eyelid middle</source>
        <translation>오른쪽 위 눈꺼풀 중앙</translation>
    </message>
    <message>
        <source>right upper eyelid outer</source>
        <translation>오른쪽 위 눈꺼풀 바깥쪽</translation>
    </message>
    <message>
        <source>right upper lip</source>
        <translation>오른쪽 윗입술</translation>
    </message>
    <message>
        <source>upper lip middle</source>
        <translation>윗입술 중앙</translation>
    </message>
    <message>
        <source>{name}</source>
        <translation>{name}</translation>
    </message>
    <message>
        <source>{landmark} {number}</source>
        <translation>{landmark} {number}</translation>
    </message>
    <message>
        <source>Import a folder of photos</source>
        <translation>사진 폴더 가져오기</translation>
    </message>
    <message>
        <source>Import labels</source>
        <translation>레이블 가져오기</translation>
    </message>
    <message>
        <source>Read the whole folder</source>
        <translation>폴더 전체 읽기</translation>
    </message>
    <message>
        <source>Take the photos out of the file</source>
        <translation>파일에서 사진 꺼내기</translation>
    </message>
    <message>
        <source>Mapping</source>
        <translation>대응</translation>
    </message>
    <message>
        <source>Taking the photos out of {file}</source>
        <translation>{file}에서 사진을 꺼내는 중</translation>
    </message>
    <message>
        <source>{file} holds no face.</source>
        <translation>{file}에 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Comparing the labels</source>
        <translation>레이블 비교</translation>
    </message>
    <message>
        <source>Details ({count:,})</source>
        <translation>자세히 ({count:,})</translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln label(s)</source>
        <translation>
            <numerusform>레이블 %Ln개 가져오기</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln proposal(s)</source>
        <translation>
            <numerusform>제안 %Ln개 가져오기</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Import %Ln photo(s)</source>
        <translation>
            <numerusform>사진 %Ln장 가져오기</numerusform>
        </translation>
    </message>
    <message>
        <source>Labels</source>
        <translation>레이블</translation>
    </message>
    <message>
        <source>COCO keypoints file (*.json)</source>
        <translation>COCO 키포인트 파일 (*.json)</translation>
    </message>
    <message>
        <source>a COCO keypoints file</source>
        <translation>COCO 키포인트 파일</translation>
    </message>
    <message>
        <source>Export labels</source>
        <translation>레이블 내보내기</translation>
    </message>
    <message>
        <source>Folder of 300W .pts files (*)</source>
        <translation>300W .pts 파일 폴더 (*)</translation>
    </message>
    <message>
        <source>Where is {folder} now?</source>
        <translation>{folder} 폴더는 지금 어디에 있습니까?</translation>
    </message>
    <message>
        <source>Labels ({patterns})</source>
        <translation>레이블 ({patterns})</translation>
    </message>
    <message>
        <source>Pages of TIFF files</source>
        <translation>TIFF 파일의 페이지</translation>
    </message>
    <message numerus="yes">
        <source>The TIFF files have %Ln further page(s). Import them as photos too?</source>
        <translation>
            <numerusform>TIFF 파일에 페이지가 %Ln개 더 있습니다. 이것도 사진으로 가져올까요?</numerusform>
        </translation>
    </message>
    <message>
        <source>The first pages are imported. Further pages are copied into the project&apos;s folder.</source>
        <translation>첫 페이지는 가져왔습니다. 나머지 페이지는 프로젝트 폴더에 복사됩니다.</translation>
    </message>
    <message>
        <source>Import pages</source>
        <translation>페이지 가져오기</translation>
    </message>
    <message>
        <source>First pages only</source>
        <translation>첫 페이지만</translation>
    </message>
    <message>
        <source>A label file, or any file of a folder of them</source>
        <translation>레이블 파일, 또는 레이블 폴더의 아무 파일</translation>
    </message>
    <message>
        <source>Folder with train, val and test (*)</source>
        <translation>train, val, test 폴더 (*)</translation>
    </message>
    <message>
        <source>Tolerance</source>
        <translation>허용 오차</translation>
    </message>
    <message>
        <source>A landmark is right if it is off by at most so many percent of the norm
(for faces, the distance between the eyes):</source>
        <translation>랜드마크가 기준 거리의 이 퍼센트 이하로 벗어나면 맞은 것입니다
(얼굴에서는 눈 사이 거리):</translation>
    </message>
    <message>
        <source>That is no more than chance: the proposals stay as they are.</source>
        <translation>우연을 넘는 차이가 아닙니다. 제안은 그대로 둡니다.</translation>
    </message>
    <message>
        <source>Adjust proposals</source>
        <translation>제안 조정</translation>
    </message>
    <message>
        <source>Drawing faces to measure by</source>
        <translation>측정용 얼굴을 뽑는 중</translation>
    </message>
    <message>
        <source>Cancelled: no face was drawn.</source>
        <translation>취소했습니다. 뽑은 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Accept or correct the one that is not judged, then train.</source>
        <translation>아직 판정하지 않은 1개를 수락하거나 수정한 다음 학습하세요.</translation>
    </message>
    <message>
        <source>Accept or correct the {count} that are not judged, then train.</source>
        <translation>아직 판정하지 않은 {count}개를 수락하거나 수정한 다음 학습하세요.</translation>
    </message>
    <message>
        <source>All of them are judged: train now.</source>
        <translation>모두 판정되었습니다. 이제 학습하세요.</translation>
    </message>
    <message>
        <source>Pack round {number}</source>
        <translation>라운드 {number} 묶기</translation>
    </message>
    <message>
        <source>Packed rounds ({patterns})</source>
        <translation>묶음 라운드 ({patterns})</translation>
    </message>
    <message>
        <source>Bring in the results of a round</source>
        <translation>라운드 결과 가져오기</translation>
    </message>
    <message>
        <source>Results of packed rounds ({patterns})</source>
        <translation>묶음 라운드의 결과 ({patterns})</translation>
    </message>
    <message>
        <source>Only the faces of “{what}” are listed.</source>
        <translation>“{what}”의 얼굴만 목록에 표시합니다.</translation>
    </message>
    <message>
        <source>The diagnostics are on the clipboard, to paste into a report. They name no photo.</source>
        <translation>진단 정보를 클립보드에 복사했습니다. 신고할 때 붙여 넣으세요. 사진 이름은 들어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Save filter</source>
        <translation>필터 저장</translation>
    </message>
    <message>
        <source>Replace the filter “{name}”?</source>
        <translation>“{name}” 필터를 바꿀까요?</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>바꾸기</translation>
    </message>
    <message>
        <source>Rename filter</source>
        <translation>필터 이름 바꾸기</translation>
    </message>
    <message>
        <source>Delete the filter “{name}”?</source>
        <translation>“{name}” 필터를 삭제할까요?</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>삭제</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>File name</source>
        <translation>파일 이름</translation>
    </message>
    <message>
        <source>Sort order</source>
        <translation>정렬 순서</translation>
    </message>
    <message>
        <source>Reverse the order</source>
        <translation>순서를 반대로 바꿉니다</translation>
    </message>
    <message>
        <source>Over the last half hour of reviewing, without breaks</source>
        <translation>최근 30분 동안의 검토 기준이며 쉬는 시간은 뺍니다</translation>
    </message>
    <message>
        <source>to</source>
        <translation>~</translation>
    </message>
    <message>
        <source>Round</source>
        <translation>라운드</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Pseudo-labels</source>
        <translation>의사 레이블</translation>
    </message>
    <message>
        <source>Waits for its turn</source>
        <translation>차례를 기다림</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>실행 중</translation>
    </message>
    <message>
        <source>On another machine</source>
        <translation>다른 컴퓨터에 있음</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>취소됨</translation>
    </message>
    <message>
        <source>Promote a round or roll back to one to choose whose network is used and whose proposals are offered. Decisions always stay as they are.</source>
        <translation>라운드를 승격하거나 롤백하여 어느 네트워크를 사용하고 어느 제안을 보일지 정합니다. 판정은 언제나 그대로입니다.</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>보고서…</translation>
    </message>
    <message>
        <source>Its faces</source>
        <translation>얼굴 보기</translation>
    </message>
    <message>
        <source>List the faces that the round used for one purpose</source>
        <translation>라운드가 같은 용도로 쓴 얼굴을 목록에 표시합니다</translation>
    </message>
    <message>
        <source>Promote</source>
        <translation>승격</translation>
    </message>
    <message>
        <source>Roll back…</source>
        <translation>롤백…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>이름 바꾸기…</translation>
    </message>
    <message>
        <source>Note…</source>
        <translation>메모…</translation>
    </message>
    <message>
        <source>Export network…</source>
        <translation>네트워크 내보내기…</translation>
    </message>
    <message>
        <source>Delete files…</source>
        <translation>파일 삭제…</translation>
    </message>
    <message>
        <source>Mean error on the faces to measure by, in percent (NME)</source>
        <translation>측정용 얼굴에서의 평균 오차(NME, %)</translation>
    </message>
    <message>
        <source>Against the network before, in percent points, with the 95 % interval</source>
        <translation>이전 네트워크와의 차이(퍼센트 포인트, 95 % 구간)</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>사용 중</translation>
    </message>
    <message>
        <source>Not promoted</source>
        <translation>승격되지 않음</translation>
    </message>
    <message>
        <source>Files deleted</source>
        <translation>파일 삭제됨</translation>
    </message>
    <message>
        <source>Roll back to {name}?</source>
        <translation>{name}(으)로 롤백할까요?</translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s) without a label get its proposals.</source>
        <translation>
            <numerusform>레이블이 없는 얼굴 %Ln개가 그 제안을 받습니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Decisions stay as they are. One undo takes it back.</source>
        <translation>판정은 그대로입니다. 한 번 되돌리기로 취소할 수 있습니다.</translation>
    </message>
    <message>
        <source>Roll back</source>
        <translation>롤백</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>이름 변경</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>메모</translation>
    </message>
    <message>
        <source>Export network</source>
        <translation>네트워크 내보내기</translation>
    </message>
    <message>
        <source>Predict with another detector</source>
        <translation>다른 검출기로 예측</translation>
    </message>
    <message numerus="yes">
        <source>It proposes landmarks for %Ln unreviewed or rejected face(s), in place of the proposals that they have.</source>
        <translation>
            <numerusform>미검토이거나 거부한 얼굴 %Ln개에 랜드마크를 제안하여 기존 제안을 대신합니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Detectors</source>
        <translation>검출기</translation>
    </message>
    <message>
        <source>No plug-in with a detector is installed. Choose an ONNX file.</source>
        <translation>검출기 플러그인이 설치되어 있지 않습니다. ONNX 파일을 선택하세요.</translation>
    </message>
    <message>
        <source>ONNX file…</source>
        <translation>ONNX 파일…</translation>
    </message>
    <message>
        <source>A network with a TOML file beside it that describes it</source>
        <translation>같은 폴더의 TOML 파일이 설명하는 네트워크</translation>
    </message>
    <message>
        <source>Decisions stay as they are. New photos are predicted by it too, until you roll back to another round.</source>
        <translation>판정은 그대로 둡니다. 다른 라운드로 롤백할 때까지 새 사진도 이 검출기로 예측합니다.</translation>
    </message>
    <message>
        <source>Networks ({patterns})</source>
        <translation>네트워크 ({patterns})</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>네트워크</translation>
    </message>
    <message>
        <source>Exporting a network</source>
        <translation>네트워크 내보내는 중</translation>
    </message>
    <message>
        <source>Delete the files of {name}?</source>
        <translation>{name}의 파일을 삭제할까요?</translation>
    </message>
    <message>
        <source>Its network and proposals are deleted from the disk ({size:,.1f} MB); its figures stay. This cannot be undone.</source>
        <translation>네트워크와 제안을 디스크에서 삭제합니다({size:,.1f} MB). 수치는 남습니다. 되돌릴 수 없습니다.</translation>
    </message>
    <message>
        <source>Stop waiting for the results of {name}?</source>
        <translation>{name}의 결과를 더 기다리지 않을까요?</translation>
    </message>
    <message>
        <source>They cannot be brought in afterwards.</source>
        <translation>이후에는 결과를 가져올 수 없습니다.</translation>
    </message>
    <message>
        <source>Deleting files</source>
        <translation>파일 삭제 중</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>취소했습니다.</translation>
    </message>
    <message>
        <source>Smallest expected error</source>
        <translation>가장 작은 예상 오차</translation>
    </message>
    <message>
        <source>Largest expected error</source>
        <translation>가장 큰 예상 오차</translation>
    </message>
    <message>
        <source> %</source>
        <translation> %</translation>
    </message>
    <message>
        <source>Nothing left to decide here.</source>
        <translation>여기에는 판정할 것이 남아 있지 않습니다.</translation>
    </message>
    <message>
        <source>{count:,} to decide</source>
        <translation>판정할 얼굴 {count:,}개</translation>
    </message>
    <message>
        <source>{pace:.0f} faces a minute · {left}, {time}</source>
        <translation>분당 얼굴 {pace:.0f}개 · {left}, {time}</translation>
    </message>
    <message>
        <source>{seconds} s and {drags:.1f} drags a face today</source>
        <translation>오늘 얼굴당 {seconds}초, 드래그 {drags:.1f}번</translation>
    </message>
    <message>
        <source>Continue where you left off</source>
        <translation>멈춘 곳에서 계속</translation>
    </message>
    <message>
        <source>{faces} decided by {reviewer}</source>
        <translation>{reviewer} 님이 판정한 {faces}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln proposal(s) from {model}</source>
        <translation>
            <numerusform>{model}의 새 제안 %Ln개</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) added</source>
        <translation>
            <numerusform>사진 %Ln장 추가</numerusform>
        </translation>
    </message>
    <message>
        <source>Since your last visit ({time}): {news}.</source>
        <translation>지난 방문({time}) 이후에 있었던 일: {news}.</translation>
    </message>
    <message>
        <source>daily</source>
        <translation>매일</translation>
    </message>
    <message>
        <source>while working</source>
        <translation>작업 중</translation>
    </message>
    <message>
        <source>before a round&apos;s results</source>
        <translation>라운드 결과를 받기 전</translation>
    </message>
    <message>
        <source>before an upgrade</source>
        <translation>업그레이드 전</translation>
    </message>
    <message>
        <source>The project cannot be opened</source>
        <translation>프로젝트를 열 수 없습니다</translation>
    </message>
    <message>
        <source>Restore this backup</source>
        <translation>이 백업 복원</translation>
    </message>
    <message>
        <source>Backups, newest first:</source>
        <translation>백업(최신순):</translation>
    </message>
    <message>
        <source>The damaged file is kept beside it. Photos and round folders are not touched.</source>
        <translation>손상된 파일은 옆에 남겨 둡니다. 사진과 라운드 폴더는 건드리지 않습니다.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln decision(s)</source>
        <translation>
            <numerusform>판정 %Ln건</numerusform>
        </translation>
    </message>
    <message>
        <source>also damaged</source>
        <translation>이것도 손상됨</translation>
    </message>
    <message>
        <source>No backup can be read.</source>
        <translation>읽을 수 있는 백업이 없습니다.</translation>
    </message>
    <message>
        <source>Work done after {time} will be lost.</source>
        <translation>{time} 이후에 한 작업을 잃게 됩니다.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln decision(s) made after {time} will be lost.</source>
        <translation>
            <numerusform>{time} 이후에 내린 판정 %Ln건을 잃게 됩니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>No decisions were made after {time}: none will be lost.</source>
        <translation>{time} 이후에 내린 판정이 없어 잃는 것이 없습니다.</translation>
    </message>
    <message>
        <source>Restoring</source>
        <translation>복원하는 중</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>학습하는 중</translation>
    </message>
    <message>
        <source>Predicting</source>
        <translation>예측하는 중</translation>
    </message>
    <message>
        <source>Training on the labels</source>
        <translation>레이블로 학습하는 중</translation>
    </message>
    <message>
        <source>Training on both</source>
        <translation>레이블과 의사 레이블로 학습하는 중</translation>
    </message>
    <message>
        <source>Predicting pseudo-labels</source>
        <translation>의사 레이블을 예측하는 중</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>시작하는 중</translation>
    </message>
    <message>
        <source>Predicting all faces</source>
        <translation>모든 얼굴을 예측하는 중</translation>
    </message>
    <message>
        <source>Stop early</source>
        <translation>일찍 끝내기</translation>
    </message>
    <message>
        <source>Cancel the round; nothing in the project changes</source>
        <translation>라운드를 그만둡니다. 모든 것이 이전 그대로 남습니다</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>맞음</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>되돌리기</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>일시 정지</translation>
    </message>
    <message>
        <source>Everything is stored: you can go on tomorrow</source>
        <translation>모두 저장되어 있으므로 내일 계속할 수 있습니다</translation>
    </message>
    <message>
        <source>{action} ({key})</source>
        <translation>{action} ({key})</translation>
    </message>
    <message>
        <source>{problem} A face that cannot be seen counts as wrong.</source>
        <translation>{problem} 볼 수 없는 얼굴은 틀린 것으로 셉니다.</translation>
    </message>
    <message>
        <source>You moved a landmark: X counts the face as wrong, and keeps where you put it.</source>
        <translation>랜드마크를 옮겼습니다. X를 누르면 틀린 얼굴로 세고 옮긴 위치를 저장합니다.</translation>
    </message>
    <message>
        <source>Right: every landmark inside its circle. Wrong: one or more outside; drag them into place first, if you like.</source>
        <translation>맞음: 모든 랜드마크가 원 안에 있습니다. 틀림: 하나 이상이 밖에 있습니다. 원하면 먼저 제자리로 끌어다 놓으세요.</translation>
    </message>
    <message>
        <source>{count:,} looked at, {wrong:,} wrong.</source>
        <translation>{count:,}개 확인, {wrong:,}개 틀림.</translation>
    </message>
    <message>
        <source>{count:,} looked at, none wrong.</source>
        <translation>{count:,}개 확인, 틀린 것 없음.</translation>
    </message>
    <message>
        <source>Accept {count:,}… ({key})</source>
        <translation>{count:,}개 수락… ({key})</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>폴더 열기</translation>
    </message>
    <message>
        <source>The files of this round, with its log</source>
        <translation>이 라운드의 파일과 로그</translation>
    </message>
    <message>
        <source>Try again…</source>
        <translation>다시 시도…</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>로그</translation>
    </message>
    <message>
        <source>Which photos could not be used, and why</source>
        <translation>쓸 수 없었던 사진과 그 이유</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>대기 중</translation>
    </message>
    <message>
        <source>It starts by itself.</source>
        <translation>차례가 되면 저절로 시작합니다.</translation>
    </message>
    <message>
        <source>error {percent:.2f} %</source>
        <translation>오차 {percent:.2f} %</translation>
    </message>
    <message>
        <source>loss {loss:.3f}</source>
        <translation>손실 {loss:.3f}</translation>
    </message>
    <message>
        <source>{count:.0f} images/s</source>
        <translation>초당 이미지 {count:.0f}장</translation>
    </message>
    <message>
        <source>learning rate {rate:.2g}</source>
        <translation>학습률 {rate:.2g}</translation>
    </message>
    <message>
        <source>{size:.1f} GB of memory</source>
        <translation>메모리 {size:.1f} GB</translation>
    </message>
    <message>
        <source>The round was cancelled</source>
        <translation>라운드를 취소했습니다</translation>
    </message>
    <message>
        <source>Everything is as it was before.</source>
        <translation>모든 것이 이전과 같습니다.</translation>
    </message>
    <message>
        <source>Round {number} failed; nothing in the project was changed</source>
        <translation>라운드 {number} 실패. 모든 것이 이전 그대로입니다</translation>
    </message>
    <message>
        <source>The prediction failed; nothing in the project was changed</source>
        <translation>예측이 실패했습니다. 모든 것이 이전 그대로입니다</translation>
    </message>
    <message numerus="yes">
        <source>%Ln minute(s) of training were given up.</source>
        <translation>
            <numerusform>%Ln분의 학습을 포기했습니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Before it: {what}</source>
        <translation>그 이전: {what}</translation>
    </message>
    <message>
        <source>Training round</source>
        <translation>라운드 학습 중</translation>
    </message>
    <message>
        <source>Training round, paused</source>
        <translation>라운드 학습, 일시 정지됨</translation>
    </message>
    <message>
        <source>Proposing landmarks</source>
        <translation>랜드마크 제안 중</translation>
    </message>
    <message>
        <source>Stopping after this step…</source>
        <translation>이 단계 뒤에 멈춥니다…</translation>
    </message>
    <message>
        <source>Pausing after this step…</source>
        <translation>이 단계 뒤에 일시 정지합니다…</translation>
    </message>
    <message numerus="yes">
        <source>Give up %Ln minute(s) of training?</source>
        <translation>
            <numerusform>%Ln분의 학습을 포기할까요?</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancel keeps nothing of this round. Stop early keeps its network and predicts.</source>
        <translation>취소하면 이 라운드의 결과가 남지 않습니다. 일찍 끝내면 모델을 유지하고 예측합니다.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>계속 진행</translation>
    </message>
    <message>
        <source>on {device}</source>
        <translation>장치: {device}</translation>
    </message>
    <message>
        <source>Stop training now, keep what it has learned and predict</source>
        <translation>지금 학습을 끝내고, 배운 것을 보존한 채 예측합니다</translation>
    </message>
    <message numerus="yes">
        <source>The round finished without %Ln photo(s)</source>
        <translation>
            <numerusform>라운드가 끝났지만 사진 %Ln장을 쓰지 못했습니다</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln manual label(s) were not used for training.</source>
        <translation>
            <numerusform>수동 레이블 %Ln개는 학습하지 않았습니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Proposing landmarks, paused</source>
        <translation>랜드마크 제안, 일시 정지됨</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>계속</translation>
    </message>
    <message>
        <source>It stays paused when the window is closed.</source>
        <translation>창을 닫아도 일시 정지 상태로 남습니다.</translation>
    </message>
    <message>
        <source>Show or hide the curves and the sample faces</source>
        <translation>곡선과 예시 얼굴을 보이거나 숨깁니다</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>세부 정보</translation>
    </message>
    <message numerus="yes">
        <source>%Ln round(s) wait for the end of this one.</source>
        <translation>
            <numerusform>라운드 %Ln개가 이 라운드의 끝을 기다립니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Offering proposals</source>
        <translation>제안을 제시하는 중</translation>
    </message>
    <message>
        <source>Cancelled: the rest is offered when the project is opened again.</source>
        <translation>취소했습니다. 나머지 제안은 프로젝트를 다시 열면 나옵니다.</translation>
    </message>
    <message>
        <source>The photo folder {folder} is not there.</source>
        <translation>사진 폴더 {folder}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>Nothing was changed: the project was busy when you went on.</source>
        <translation>변경된 것이 없습니다. 다음 얼굴로 넘어갈 때 프로젝트가 사용 중이었습니다.</translation>
    </message>
    <message>
        <source>Go back and do it again.</source>
        <translation>돌아가서 다시 하세요.</translation>
    </message>
    <message>
        <source>Waiting for another change to this project…</source>
        <translation>이 프로젝트의 다른 변경이 끝나기를 기다리는 중…</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>저장했습니다.</translation>
    </message>
    <message>
        <source>{count} photo folders are not there, such as {folder}.</source>
        <translation>사진 폴더 {count}개가 없습니다. 예: {folder}.</translation>
    </message>
    <message>
        <source>Say where the photos are now; everything else of the project is here.</source>
        <translation>사진이 지금 어디 있는지 알려 주세요. 프로젝트의 나머지는 모두 여기 있습니다.</translation>
    </message>
    <message>
        <source>Doing it again</source>
        <translation>다시 실행하는 중</translation>
    </message>
    <message>
        <source>Undoing</source>
        <translation>되돌리는 중</translation>
    </message>
    <message numerus="yes">
        <source>Deciding on %Ln face(s)</source>
        <translation>
            <numerusform>얼굴 %Ln개를 판정하는 중</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancelled: photos that were added stay, and are searched when the project is opened again.</source>
        <translation>취소했습니다. 추가된 사진은 남아 있으며, 프로젝트를 다시 열면 얼굴을 찾습니다.</translation>
    </message>
    <message>
        <source>Cancelled: nothing was written.</source>
        <translation>취소했습니다. 저장한 것이 없습니다.</translation>
    </message>
    <message>
        <source>{file} ends with:</source>
        <translation>{file}의 끝부분:</translation>
    </message>
    <message>
        <source>Cancelled: no face was changed.</source>
        <translation>취소했습니다. 바뀐 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Counting</source>
        <translation>세는 중</translation>
    </message>
    <message>
        <source>Tidying</source>
        <translation>정리하는 중</translation>
    </message>
    <message>
        <source>Finding faces</source>
        <translation>얼굴을 찾는 중</translation>
    </message>
    <message numerus="yes">
        <source>%Ln new photo(s); {faces} in the project.</source>
        <translation>
            <numerusform>새 사진 %Ln장, 프로젝트에 {faces}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) could not be read: see Photo problems… in the Project menu.</source>
        <translation>
            <numerusform>사진 %Ln장을 읽을 수 없었습니다. 프로젝트 메뉴의 ‘사진 문제…’를 보세요.</numerusform>
        </translation>
    </message>
    <message>
        <source>Reading {file}</source>
        <translation>{file} 읽는 중</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) skipped:</source>
        <translation>
            <numerusform>건너뛴 파일 %Ln개:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s) could not be listed:</source>
        <translation>
            <numerusform>목록을 읽을 수 없는 폴더 %Ln개:</numerusform>
        </translation>
    </message>
    <message>
        <source>{count:,} labels from {file}</source>
        <translation>{file}에서 레이블 {count:,}개</translation>
    </message>
    <message>
        <source>{count:,} proposals from {file}</source>
        <translation>{file}에서 제안 {count:,}개</translation>
    </message>
    <message>
        <source>, {count:,} of them new faces</source>
        <translation>, 그중 새 얼굴 {count:,}개</translation>
    </message>
    <message>
        <source>; {count:,} faces keep what a person decided</source>
        <translation>; 얼굴 {count:,}개는 사람의 판정을 유지</translation>
    </message>
    <message>
        <source>; {count:,} rows were not used ({reason})</source>
        <translation>; {count:,}행은 쓰지 않음({reason})</translation>
    </message>
    <message>
        <source>Wrote the predictions of {faces} of {photos:,} photos to {path}.</source>
        <translation>사진 {photos:,}장의 {faces} 예측을 {path}에 썼습니다.</translation>
    </message>
    <message>
        <source>{count:,} problems:</source>
        <translation>문제 {count:,}건:</translation>
    </message>
    <message numerus="yes">
        <source>Taking %Ln photo(s) whole</source>
        <translation>
            <numerusform>사진 %Ln장 전체를 얼굴로 지정하는 중</numerusform>
        </translation>
    </message>
    <message>
        <source>Proposing</source>
        <translation>제안하는 중</translation>
    </message>
    <message>
        <source>Exporting</source>
        <translation>내보내는 중</translation>
    </message>
    <message>
        <source>Wrote {faces} of {photos:,} photos to {path}.</source>
        <translation>사진 {photos:,}장의 {faces}를 {path}에 저장했습니다.</translation>
    </message>
    <message>
        <source>{count:,} were left out:</source>
        <translation>{count:,}개를 뺐습니다:</translation>
    </message>
    <message>
        <source>Starting the prediction</source>
        <translation>예측을 시작하는 중</translation>
    </message>
    <message>
        <source>Placing the mean face</source>
        <translation>평균 얼굴을 놓는 중</translation>
    </message>
    <message>
        <source>Cancelled: no round was started.</source>
        <translation>취소했습니다. 라운드를 시작하지 않았습니다.</translation>
    </message>
    <message>
        <source>Queueing a round</source>
        <translation>라운드 대기열에 추가</translation>
    </message>
    <message>
        <source>Starting round {number}</source>
        <translation>라운드 {number}을(를) 시작하는 중</translation>
    </message>
    <message>
        <source>The round waits, and starts when the running one has ended.</source>
        <translation>라운드가 대기 중이며, 실행 중인 라운드가 끝나면 시작합니다.</translation>
    </message>
    <message>
        <source>Cancelling a waiting round</source>
        <translation>대기 중인 라운드 취소</translation>
    </message>
    <message>
        <source>Starting the next round</source>
        <translation>다음 라운드 시작</translation>
    </message>
    <message>
        <source>Packing round {number}</source>
        <translation>라운드 {number} 묶는 중</translation>
    </message>
    <message>
        <source>Cancelled: nothing was packed.</source>
        <translation>취소됨: 아무것도 묶지 않았습니다.</translation>
    </message>
    <message>
        <source>Bringing in results</source>
        <translation>결과 가져오는 중</translation>
    </message>
    <message>
        <source>Cancelled: nothing was brought in.</source>
        <translation>취소됨: 아무것도 가져오지 않았습니다.</translation>
    </message>
    <message>
        <source>Rolling back</source>
        <translation>롤백하는 중</translation>
    </message>
    <message>
        <source>Promoting round {number}</source>
        <translation>라운드 {number} 승격 중</translation>
    </message>
    <message>
        <source>Taking in results</source>
        <translation>결과를 받는 중</translation>
    </message>
    <message>
        <source>The round was cancelled: everything is as it was before.</source>
        <translation>라운드를 취소했습니다. 모든 것이 이전 그대로입니다.</translation>
    </message>
    <message>
        <source>The prediction was cancelled: proposals that came before stay.</source>
        <translation>예측을 취소했습니다. 그 전에 나온 제안은 남아 있습니다.</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>밝기</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>대비</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>감마</translation>
    </message>
    <message>
        <source>How the photo is shown</source>
        <translation>사진 표시 방식</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>반전</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>초기화</translation>
    </message>
    <message>
        <source>Show the photo as it is</source>
        <translation>사진을 원래대로 봅니다</translation>
    </message>
    <message>
        <source>Close this panel (Esc)</source>
        <translation>이 패널 닫기(Esc)</translation>
    </message>
    <message>
        <source>Only on the screen: photos, training and exports stay as they are.</source>
        <translation>화면에만 적용됩니다. 사진, 학습, 내보내기는 그대로입니다.</translation>
    </message>
    <message>
        <source>Review facial landmarks that a detector proposes, correct them, and train the next round on what you decided.</source>
        <translation>검출기가 제안한 얼굴 랜드마크를 검토하고 고친 다음, 판정한 것으로 다음 라운드를 학습합니다.</translation>
    </message>
    <message>
        <source>Recent projects</source>
        <translation>최근 프로젝트</translation>
    </message>
    <message>
        <source>You can also drop a folder of photos here.</source>
        <translation>사진 폴더를 여기에 끌어다 놓아도 됩니다.</translation>
    </message>
    <message>
        <source>New project from photos…</source>
        <translation>사진으로 새 프로젝트…</translation>
    </message>
    <message>
        <source>Map by hand</source>
        <translation>직접 대응</translation>
    </message>
    <message>
        <source>Open…</source>
        <translation>열기…</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>저장…</translation>
    </message>
    <message>
        <source>Choose below how the landmarks of the file become those of the project.</source>
        <translation>파일의 랜드마크를 프로젝트의 랜드마크에 어떻게 대응할지 아래에서 고르세요.</translation>
    </message>
    <message>
        <source>Every landmark of the project has a source.</source>
        <translation>프로젝트의 모든 랜드마크에 대응하는 것이 있습니다.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln landmark(s) of the project will be absent.</source>
        <translation>
            <numerusform>프로젝트의 랜드마크 %Ln개는 없음이 됩니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>Open a mapping of landmarks</source>
        <translation>랜드마크 대응 열기</translation>
    </message>
    <message>
        <source>Save the mapping of landmarks</source>
        <translation>랜드마크 대응 저장</translation>
    </message>
    <message>
        <source>{path}: {reason}.</source>
        <translation>{path}: {reason}.</translation>
    </message>
    <message>
        <source>Saved as {path}.</source>
        <translation>{path}에 저장했습니다.</translation>
    </message>
    <message>
        <source>Mappings ({patterns})</source>
        <translation>랜드마크 대응 ({patterns})</translation>
    </message>
    <message>
        <source>Try the sample</source>
        <translation>예제 써 보기</translation>
    </message>
    <message>
        <source>Try it on computer-generated pictures of people</source>
        <translation>실제로 존재하지 않는 사람들의 사진으로 만든 연습용 예제를 검토합니다</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>언어</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>labels: decisions of a person</source>
        <translation>레이블: 사람의 판정</translation>
    </message>
    <message>
        <source>proposals to review</source>
        <translation>검토할 제안</translation>
    </message>
    <message>
        <source>photos only</source>
        <translation>사진만</translation>
    </message>
    <message>
        <source>as the format says</source>
        <translation>형식이 정한 대로</translation>
    </message>
    <message>
        <source>shift by (-1, -1): counted from 1</source>
        <translation>(-1, -1) 이동: 1부터 센 위치</translation>
    </message>
    <message>
        <source>shift by (1, 1): 1 was subtracted</source>
        <translation>(1, 1) 이동: 1을 뺀 위치</translation>
    </message>
    <message>
        <source>shift by (-0.5, -0.5): from the pixel&apos;s corner</source>
        <translation>(-0.5, -0.5) 이동: 픽셀 모서리부터 센 위치</translation>
    </message>
    <message>
        <source>shift by (0.5, 0.5): half a pixel was subtracted</source>
        <translation>(0.5, 0.5) 이동: 반 픽셀을 뺀 위치</translation>
    </message>
    <message>
        <source>Import as</source>
        <translation>가져올 종류</translation>
    </message>
    <message>
        <source>choose a mapping…</source>
        <translation>대응 고르기…</translation>
    </message>
    <message>
        <source>from a mapping file…</source>
        <translation>대응 파일에서…</translation>
    </message>
    <message numerus="yes">
        <source>Rotate: the labels ignore the EXIF rotation (%Ln photo(s))</source>
        <translation>
            <numerusform>회전: EXIF 회전 전의 사진에 단 레이블 (사진 %Ln장)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Scale: the labels were made on copies of another size (%Ln photo(s))</source>
        <translation>
            <numerusform>크기 조정: 크기가 다른 사본에 단 레이블 (사진 %Ln장)</numerusform>
        </translation>
    </message>
    <message>
        <source>Faces are found in your photos, and landmarks proposed.</source>
        <translation>사진에서 얼굴을 찾아 랜드마크를 제안합니다.</translation>
    </message>
    <message>
        <source>Accept what is right, correct or reject the rest.</source>
        <translation>맞는 것은 수락하고, 나머지는 수정하거나 거부합니다.</translation>
    </message>
    <message>
        <source>Train</source>
        <translation>학습</translation>
    </message>
    <message>
        <source>The detector learns from your decisions and proposes better landmarks.</source>
        <translation>검출기가 판정 결과로 학습하여 더 나은 랜드마크를 제안합니다.</translation>
    </message>
    <message>
        <source>Language of the system</source>
        <translation>시스템 언어</translation>
    </message>
    <message>
        <source>Open a project folder</source>
        <translation>프로젝트 폴더 열기</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>명령</translation>
    </message>
    <message>
        <source>{name} (read-only)</source>
        <translation>{name} (읽기 전용)</translation>
    </message>
    <message>
        <source>Here you stopped on {time}.</source>
        <translation>{time}에 여기서 멈추었습니다.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s)</source>
        <translation>
            <numerusform>사진 %Ln장</numerusform>
        </translation>
    </message>
    <message>
        <source>{count:,} to review</source>
        <translation>검토 대상 {count:,}개</translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo(s) waiting</source>
        <translation>
            <numerusform>대기 중인 사진 %Ln장</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln photo problem(s)</source>
        <translation>
            <numerusform>사진 문제 %Ln건</numerusform>
        </translation>
    </message>
    <message>
        <source>Every face in this list is reviewed.</source>
        <translation>이 목록의 얼굴을 모두 검토했습니다.</translation>
    </message>
    <message>
        <source>Changes not saved yet: {count}. Another program holds the project.</source>
        <translation>아직 저장되지 않은 변경: {count}건. 다른 프로그램이 프로젝트를 사용하고 있습니다.</translation>
    </message>
    <message>
        <source>Wait for it; or close again to leave without them.</source>
        <translation>끝날 때까지 기다리세요. 저장하지 않고 나가려면 한 번 더 닫으세요.</translation>
    </message>
    <message>
        <source>A round is running</source>
        <translation>라운드 실행 중</translation>
    </message>
    <message>
        <source>A training round is running in the background.</source>
        <translation>백그라운드에서 라운드를 학습하고 있습니다.</translation>
    </message>
    <message>
        <source>It can go on without the window; you find it again when you reopen.</source>
        <translation>창을 닫아도 계속할 수 있으며, 다시 열면 이어서 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>Keep training</source>
        <translation>계속 학습</translation>
    </message>
    <message>
        <source>Cancel the round</source>
        <translation>라운드 취소</translation>
    </message>
    <message>
        <source>Stay here</source>
        <translation>닫지 않기</translation>
    </message>
    <message>
        <source>unreviewed</source>
        <translation>미검토</translation>
    </message>
    <message>
        <source>accepted</source>
        <translation>수락</translation>
    </message>
    <message>
        <source>corrected</source>
        <translation>수정</translation>
    </message>
    <message>
        <source>rejected</source>
        <translation>거부</translation>
    </message>
    <message>
        <source>excluded</source>
        <translation>제외</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>제거됨</translation>
    </message>
    <message numerus="yes">
        <source>%Ln face(s)</source>
        <translation>
            <numerusform>얼굴 %Ln개</numerusform>
        </translation>
    </message>
    <message>
        <source>{count:,} {verdict}</source>
        <translation>{verdict} {count:,}</translation>
    </message>
    <message>
        <source>{part:,} of {whole:,}</source>
        <translation>{part:,} / {whole:,}</translation>
    </message>
    <message>
        <source>{reason}</source>
        <translation>{reason}</translation>
    </message>
    <message>
        <source>{reason}.</source>
        <translation>{reason}.</translation>
    </message>
    <message>
        <source>Check its permissions.</source>
        <translation>권한을 확인하세요.</translation>
    </message>
    <message>
        <source>There is no file or folder {path}.</source>
        <translation>그런 파일이나 폴더가 없습니다: {path}.</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>경로를 확인하세요.</translation>
    </message>
    <message>
        <source>There is no photo in {path}.</source>
        <translation>{path}: 사진이 없습니다.</translation>
    </message>
    <message>
        <source>Choose a folder with photos.</source>
        <translation>사진이 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>page {page} of {photo} could not be read: {reason}</source>
        <translation>{photo}의 {page}페이지를 읽을 수 없습니다: {reason}</translation>
    </message>
    <message>
        <source>Free some space, or import without further pages.</source>
        <translation>저장 공간을 확보하거나 나머지 페이지 없이 가져오세요.</translation>
    </message>
    <message>
        <source>{photo} could not be read: it crashed the image reader</source>
        <translation>{photo}: 읽을 수 없습니다(이미지를 읽는 프로그램이 중단되었습니다)</translation>
    </message>
    <message>
        <source>The face detector does not start: {reason}</source>
        <translation>얼굴 검출기가 시작되지 않습니다: {reason}</translation>
    </message>
    <message>
        <source>Run &apos;labeltool doctor&apos; to see what is missing.</source>
        <translation>&apos;labeltool doctor&apos;를 실행하면 무엇이 빠졌는지 알 수 있습니다.</translation>
    </message>
    <message>
        <source>no reason given</source>
        <translation>이유를 알 수 없습니다</translation>
    </message>
    <message>
        <source>{path} is not a label file.</source>
        <translation>{path}: 레이블 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>Choose a file or folder of one of these kinds: {suffixes}.</source>
        <translation>다음 종류의 파일이나 폴더를 선택하세요: {suffixes}.</translation>
    </message>
    <message>
        <source>{photo} has {count} landmarks, which the mapping does not know</source>
        <translation>{photo}의 랜드마크 {count}개는 이 대응에 없습니다</translation>
    </message>
    <message>
        <source>Or say which landmark is which by a mapping: in the window&apos;s preview, or with --map names, --map order, --map FILE or a published rule.</source>
        <translation>또는 랜드마크 대응을 정하세요. 창의 미리 보기에서, 또는 --map names, --map order, --map FILE이나 공개된 규칙으로 정할 수 있습니다.</translation>
    </message>
    <message>
        <source>{path} has {count} landmarks a face, this project&apos;s scheme {scheme!r} has {ours}.</source>
        <translation>{path}: 얼굴당 랜드마크가 {count}개인데, 이 프로젝트의 랜드마크 구성 {scheme!r}은(는) {ours}개입니다.</translation>
    </message>
    <message>
        <source>{path} holds {suffix} files, which do not state the size of their photos.</source>
        <translation>{path}: {suffix} 파일에는 사진의 크기가 적혀 있지 않습니다.</translation>
    </message>
    <message>
        <source>Only labels of a COCO file can be turned or scaled.</source>
        <translation>COCO 파일의 레이블만 회전하거나 크기를 조정할 수 있습니다.</translation>
    </message>
    <message>
        <source>No landmark is placed yet.</source>
        <translation>아직 놓인 랜드마크가 없습니다.</translation>
    </message>
    <message>
        <source>Place some points, then accept.</source>
        <translation>점을 몇 개 놓은 다음 수락하세요.</translation>
    </message>
    <message>
        <source>This face is {verdict} already.</source>
        <translation>이 얼굴은 이미 {verdict} 상태입니다.</translation>
    </message>
    <message>
        <source>No face is open.</source>
        <translation>열린 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Choose one in the list.</source>
        <translation>목록에서 하나를 고르세요.</translation>
    </message>
    <message>
        <source>This landmark has no place yet.</source>
        <translation>이 랜드마크는 아직 위치가 없습니다.</translation>
    </message>
    <message>
        <source>Click where it is.</source>
        <translation>있어야 할 곳을 클릭하세요.</translation>
    </message>
    <message>
        <source>There is no contour to space evenly.</source>
        <translation>간격을 고르게 할 윤곽선이 없습니다.</translation>
    </message>
    <message>
        <source>Select a point of a contour, such as the jaw or a brow.</source>
        <translation>턱이나 눈썹 같은 윤곽선의 점을 선택하세요.</translation>
    </message>
    <message>
        <source>The scheme {scheme!r} does not say which landmarks are pairs.</source>
        <translation>랜드마크 구성 {scheme!r}에 어떤 랜드마크가 좌우 쌍인지 나와 있지 않습니다.</translation>
    </message>
    <message>
        <source>Give it a flip table, in a project of its own.</source>
        <translation>flip 표를 넣은 구성으로 새 프로젝트를 만드세요.</translation>
    </message>
    <message>
        <source>1 photo could not be used: {reason}.</source>
        <translation>사진 1장을 쓸 수 없었습니다: {reason}.</translation>
    </message>
    <message>
        <source>{count} photos could not be used, the first of them: {reason}.</source>
        <translation>사진 {count}장을 쓸 수 없었습니다. 첫 번째: {reason}.</translation>
    </message>
    <message>
        <source>Every face has a proposal already.</source>
        <translation>모든 얼굴에 이미 제안이 있습니다.</translation>
    </message>
    <message>
        <source>Import more photos first.</source>
        <translation>먼저 사진을 더 가져오세요.</translation>
    </message>
    <message>
        <source>Every face has a decision already.</source>
        <translation>모든 얼굴에 이미 판정이 있습니다.</translation>
    </message>
    <message>
        <source>There is no trained model for the scheme {scheme!r} yet.</source>
        <translation>랜드마크 구성 {scheme!r}에 맞는 학습된 모델이 아직 없습니다.</translation>
    </message>
    <message>
        <source>Place the landmarks of some faces by hand, then train a round.</source>
        <translation>몇 개의 얼굴에 랜드마크를 손으로 놓은 다음 라운드를 학습하세요.</translation>
    </message>
    <message>
        <source>The network of {model} is not in {folder} any more.</source>
        <translation>{folder}: {model}의 네트워크가 더 이상 없습니다.</translation>
    </message>
    <message>
        <source>Put it back, or offer the proposals of an earlier round and train again.</source>
        <translation>제자리에 돌려놓거나, 이전 라운드의 제안을 다시 제시하고 학습하세요.</translation>
    </message>
    <message>
        <source>1 face got the mean face to start from: drag its points into place.</source>
        <translation>얼굴 1개를 평균 얼굴에서 시작합니다. 점을 제자리로 끌어 옮기세요.</translation>
    </message>
    <message>
        <source>{count} faces got the mean face to start from: drag its points into place.</source>
        <translation>얼굴 {count}개에 평균 얼굴을 놓았습니다. 점을 끌어서 맞추세요.</translation>
    </message>
    <message>
        <source>Cancelled: {count} of {total} faces got the mean face to start from.</source>
        <translation>취소했습니다. 얼굴 {total}개 중 {count}개에 평균 얼굴을 놓았습니다.</translation>
    </message>
    <message>
        <source>{file} is of the scheme &apos;{other}&apos;, not of this project&apos;s scheme &apos;{scheme}&apos;: it proposes nothing, and the first training starts from its backbone.</source>
        <translation>{file}의 랜드마크 구성은 이 프로젝트의 &apos;{scheme}&apos;이(가) 아니라 &apos;{other}&apos;입니다. 제안에는 쓰이지 않고, 첫 학습이 그 백본에서 시작합니다.</translation>
    </message>
    <message>
        <source>There is no manual label to train on.</source>
        <translation>학습할 수동 레이블이 없습니다.</translation>
    </message>
    <message>
        <source>Accept or correct at least one face, then start the round.</source>
        <translation>얼굴을 하나 이상 수락하거나 수정한 다음 라운드를 시작하세요.</translation>
    </message>
    <message>
        <source>There are no pseudo-labels for a full self-training.</source>
        <translation>전체 자기 학습에 쓸 의사 레이블이 없습니다.</translation>
    </message>
    <message>
        <source>Predict the unreviewed faces first, or train one round.</source>
        <translation>미검토 얼굴을 먼저 예측하거나, 라운드 하나만 학습하세요.</translation>
    </message>
    <message>
        <source>Round {number} started.</source>
        <translation>라운드 {number}이(가) 시작되었습니다.</translation>
    </message>
    <message>
        <source>None of the labelled photos can be read.</source>
        <translation>레이블이 있는 사진을 하나도 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>See what is wrong with them first.</source>
        <translation>먼저 사진에 무슨 문제가 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>Every label is of a face to measure by, or of a group with one.</source>
        <translation>모든 레이블이 측정용 얼굴이거나 같은 묶음의 얼굴입니다.</translation>
    </message>
    <message>
        <source>Accept or correct faces of other photos, then start the round.</source>
        <translation>다른 사진의 얼굴을 수락하거나 수정한 뒤 라운드를 시작하세요.</translation>
    </message>
    <message>
        <source>Start it again.</source>
        <translation>다시 시작하세요.</translation>
    </message>
    <message>
        <source>{count} of {total} faces got a proposal.</source>
        <translation>얼굴 {total}개 중 {count}개에 제안이 생겼습니다.</translation>
    </message>
    <message>
        <source>The detector did not find 1 face.</source>
        <translation>검출기가 얼굴 1개를 찾지 못했습니다.</translation>
    </message>
    <message>
        <source>The detector did not find {count} faces.</source>
        <translation>검출기가 얼굴 {count}개를 찾지 못했습니다.</translation>
    </message>
    <message>
        <source>1 face has a proposal to review.</source>
        <translation>검토할 제안이 얼굴 1개에 있습니다.</translation>
    </message>
    <message>
        <source>{count} faces have a proposal to review.</source>
        <translation>검토할 제안이 얼굴 {count}개에 있습니다.</translation>
    </message>
    <message>
        <source>Round {number} trained on {used} of 1 manual label.</source>
        <translation>라운드 {number}에서 수동 레이블 1개 중 {used}개를 학습했습니다.</translation>
    </message>
    <message>
        <source>Round {number} trained on {used} of {manual} manual labels.</source>
        <translation>라운드 {number}에서 수동 레이블 {manual}개 중 {used}개를 학습했습니다.</translation>
    </message>
    <message>
        <source>The log {file} ends with:
{tail}</source>
        <translation>로그 {file}의 끝부분:
{tail}</translation>
    </message>
    <message>
        <source>rolling back to {model}</source>
        <translation>{model}(으)로 롤백</translation>
    </message>
    <message>
        <source>The proposals of {model} are offered again.</source>
        <translation>{model}의 제안을 다시 제시합니다.</translation>
    </message>
    <message>
        <source>1 face without a label shows another one now.</source>
        <translation>레이블이 없는 얼굴 1개의 제안이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>{count:,} faces without a label show another one now.</source>
        <translation>레이블이 없는 얼굴 {count:,}개의 제안이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>The worker ended unexpectedly. Another one goes on with the training.</source>
        <translation>작업 프로세스가 예기치 않게 종료되었습니다. 다른 프로세스가 학습을 이어서 진행합니다.</translation>
    </message>
    <message>
        <source>A round is running in this project already.</source>
        <translation>이 프로젝트에서 이미 라운드가 실행 중입니다.</translation>
    </message>
    <message>
        <source>Wait for it, or cancel it first.</source>
        <translation>끝나기를 기다리거나 먼저 취소하세요.</translation>
    </message>
    <message>
        <source>{file} is not a model file.</source>
        <translation>{file} 파일은 모델 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>Put one there that &apos;pipnet train&apos; wrote, or take it away.</source>
        <translation>&apos;pipnet train&apos;으로 만든 모델 파일로 바꾸거나 이 파일을 지우세요.</translation>
    </message>
    <message>
        <source>The worker cannot be started: {reason}.</source>
        <translation>작업 프로세스를 시작할 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>Free some space or memory, then try again.</source>
        <translation>디스크 공간이나 메모리를 확보하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The sample pictures are missing from this installation.</source>
        <translation>이 설치본에 예제 사진이 없습니다.</translation>
    </message>
    <message>
        <source>Install labeltool again.</source>
        <translation>labeltool을 다시 설치하세요.</translation>
    </message>
    <message>
        <source>{folder} already holds another project.</source>
        <translation>{folder}: 이미 다른 프로젝트가 있습니다.</translation>
    </message>
    <message>
        <source>Choose another folder for the sample.</source>
        <translation>예제를 저장할 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>The sample cannot be put in {folder}: {reason}.</source>
        <translation>{folder}: 예제를 저장할 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>Choose a folder that you may write to.</source>
        <translation>쓰기 권한이 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{path} holds no project.</source>
        <translation>{path}: 프로젝트가 들어 있지 않습니다.</translation>
    </message>
    <message>
        <source>&apos;labeltool restore {folder}&apos; lists its backups.</source>
        <translation>&apos;labeltool restore {folder}&apos; 명령으로 백업 목록을 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>{folder} already holds a project.</source>
        <translation>{folder}: 이미 프로젝트가 있습니다.</translation>
    </message>
    <message>
        <source>Open it, or choose another folder.</source>
        <translation>그 프로젝트를 열거나 다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>No project can be made in {folder}: {reason}.</source>
        <translation>{folder}: 프로젝트를 만들 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>{path} is gone.</source>
        <translation>{path}: 파일이 없어졌습니다.</translation>
    </message>
    <message>
        <source>&apos;labeltool restore {folder}&apos; lists the backups that are there.</source>
        <translation>&apos;labeltool restore {folder}&apos; 명령으로 남아 있는 백업 목록을 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>{folder} is not a project (there is no {file} in it).</source>
        <translation>{folder}: 프로젝트가 아닙니다({file} 파일이 없습니다).</translation>
    </message>
    <message>
        <source>Choose a project folder, or make one with &apos;labeltool new&apos;.</source>
        <translation>프로젝트 폴더를 고르거나 &apos;labeltool new&apos; 명령으로 만드세요.</translation>
    </message>
    <message>
        <source>Photos are being deleted from {folder}, and that has not ended.</source>
        <translation>{folder}에서 사진을 삭제하는 중이며 아직 끝나지 않았습니다.</translation>
    </message>
    <message>
        <source>Wait for its end, or run &apos;labeltool forget {folder}&apos; to end it.</source>
        <translation>끝날 때까지 기다리거나, &apos;labeltool forget {folder}&apos;를 실행해 마치세요.</translation>
    </message>
    <message>
        <source>The path of {folder} is too long for a project: {length} bytes where {most} are allowed.</source>
        <translation>{folder}: 경로가 프로젝트에 쓰기에는 너무 깁니다({length}바이트, 최대 {most}바이트).</translation>
    </message>
    <message>
        <source>Choose a folder with a shorter path, or give a folder above it a shorter name.</source>
        <translation>경로가 더 짧은 폴더를 고르거나, 위쪽 폴더의 이름을 줄이세요.</translation>
    </message>
    <message>
        <source>No backup could be made in {folder}: {reason}.</source>
        <translation>{folder}: 백업을 만들 수 없었습니다({reason}).</translation>
    </message>
    <message>
        <source>Check that there is space, and that you may write there.</source>
        <translation>공간이 있는지, 쓰기 권한이 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>There is no room for a backup of {file}: it wants {need} MB, and {free} MB are free.</source>
        <translation>{file}의 백업을 만들 공간이 없습니다. {need}MB가 필요한데 {free}MB가 남아 있습니다.</translation>
    </message>
    <message>
        <source>Free some space.</source>
        <translation>공간을 확보하세요.</translation>
    </message>
    <message>
        <source>{path} is damaged ({reason}).</source>
        <translation>{path}: 손상되었습니다({reason}).</translation>
    </message>
    <message>
        <source>A backup has to take its place.</source>
        <translation>백업으로 바꿔야 합니다.</translation>
    </message>
    <message>
        <source>Nothing was decided: the faces were changed meanwhile.</source>
        <translation>판정하지 않았습니다. 그사이에 얼굴이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Look at them again.</source>
        <translation>얼굴을 다시 확인하세요.</translation>
    </message>
    <message>
        <source>{left:,} were changed meanwhile and stay as they are.</source>
        <translation>{left:,}개는 그사이에 바뀌어 그대로 두었습니다.</translation>
    </message>
    <message>
        <source>{decision}, certificate {certificate}</source>
        <translation>{decision}, 인증서 {certificate}</translation>
    </message>
    <message>
        <source>Drew a box.</source>
        <translation>박스를 그렸습니다.</translation>
    </message>
    <message>
        <source>take {count:,} photos whole</source>
        <translation>사진 {count:,}장 전체를 한 얼굴로 지정</translation>
    </message>
    <message>
        <source>Took the photo whole.</source>
        <translation>사진 전체를 한 얼굴로 지정했습니다.</translation>
    </message>
    <message>
        <source>Took {count:,} photos whole.</source>
        <translation>사진 {count:,}장 전체를 한 얼굴로 지정했습니다.</translation>
    </message>
    <message>
        <source>This face is not in the project any more.</source>
        <translation>이 얼굴은 더 이상 프로젝트에 없습니다.</translation>
    </message>
    <message>
        <source>Choose another one.</source>
        <translation>다른 얼굴을 고르세요.</translation>
    </message>
    <message>
        <source>Moved the box.</source>
        <translation>박스를 옮겼습니다.</translation>
    </message>
    <message>
        <source>The project is busy with another change.</source>
        <translation>프로젝트에서 다른 변경을 처리하고 있습니다.</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>다시 시도하세요.</translation>
    </message>
    <message>
        <source>The project is being upgraded or restored right now.</source>
        <translation>지금 프로젝트를 업그레이드하거나 복원하고 있습니다.</translation>
    </message>
    <message>
        <source>Close it there, then open the project again.</source>
        <translation>그쪽에서 닫은 다음 프로젝트를 다시 여세요.</translation>
    </message>
    <message>
        <source>The project was changed elsewhere while it was read.</source>
        <translation>읽는 동안 다른 곳에서 프로젝트가 바뀌었습니다.</translation>
    </message>
    <message>
        <source>{path} is empty, so it is not a project.</source>
        <translation>{path}: 비어 있어서 프로젝트가 아닙니다.</translation>
    </message>
    <message>
        <source>&apos;labeltool restore {folder}&apos; lists its backups; without one, make a new project in another folder.</source>
        <translation>&apos;labeltool restore {folder}&apos; 명령으로 백업 목록을 볼 수 있습니다. 백업이 없으면 다른 폴더에 새 프로젝트를 만드세요.</translation>
    </message>
    <message>
        <source>{path} is not a project of this program.</source>
        <translation>{path}: 이 프로그램의 프로젝트가 아닙니다.</translation>
    </message>
    <message>
        <source>CSV table, a row for each face (*.csv)</source>
        <translation>CSV 표, 얼굴마다 한 줄 (*.csv)</translation>
    </message>
    <message>
        <source>Folder with COCO results, and the list of photos (*)</source>
        <translation>COCO 결과와 사진 목록이 담긴 폴더 (*)</translation>
    </message>
    <message>
        <source>Folder with a picture of each photo, landmarks drawn (*)</source>
        <translation>사진마다 랜드마크를 그린 그림이 담긴 폴더 (*)</translation>
    </message>
    <message>
        <source>Folder with a square picture of each face, and a table (*)</source>
        <translation>얼굴마다 정사각형 그림과 표가 담긴 폴더 (*)</translation>
    </message>
    <message>
        <source>Nothing was written: {reason}.</source>
        <translation>아무것도 쓰지 않았습니다: {reason}.</translation>
    </message>
    <message>
        <source>Check that the photos are where the project knows them.</source>
        <translation>사진이 프로젝트가 아는 위치에 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>{photo}: a face outside of the photo is left out.</source>
        <translation>{photo}: 사진 밖에 있는 얼굴 하나를 제외했습니다.</translation>
    </message>
    <message>
        <source>Folder of PIPNet&apos;s training data (*)</source>
        <translation>PIPNet 학습 데이터 폴더 (*)</translation>
    </message>
    <message>
        <source>There is nothing to write: none of these faces has a prediction.</source>
        <translation>쓸 것이 없습니다: 이 얼굴들 가운데 예측이 있는 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Predict first, or choose other verdicts.</source>
        <translation>먼저 예측하거나 다른 판정을 선택하세요.</translation>
    </message>
    <message>
        <source>{path} is inside the photo folder {root}, where pictures count as photos.</source>
        <translation>{path}은(는) 사진 폴더 {root} 안에 있습니다. 그 안의 그림은 사진으로 취급됩니다.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>다른 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{path} is there already, and it is not an empty folder.</source>
        <translation>{path}이(가) 이미 있으며 빈 폴더가 아닙니다.</translation>
    </message>
    <message>
        <source>{path} was written by a newer version of this program (schema {found}, this version knows {known}).</source>
        <translation>{path}: 더 새로운 버전의 프로그램에서 만들었습니다(스키마 {found}, 이 버전은 {known}까지 압니다).</translation>
    </message>
    <message>
        <source>Update this program, then open the project again.</source>
        <translation>프로그램을 업데이트한 다음 프로젝트를 다시 여세요.</translation>
    </message>
    <message>
        <source>The project must be upgraded, but another window or command has it open.</source>
        <translation>프로젝트를 업그레이드해야 하지만 다른 창이나 명령에서 열려 있습니다.</translation>
    </message>
    <message>
        <source>The upgrade of {file} failed its check; it was left as it was.</source>
        <translation>{file}: 업그레이드 검사에 실패하여 이전 그대로 두었습니다.</translation>
    </message>
    <message>
        <source>Another program is writing to {path}.</source>
        <translation>{path}: 다른 프로그램이 쓰고 있습니다.</translation>
    </message>
    <message>
        <source>Wait for it to finish, then try again.</source>
        <translation>끝나기를 기다린 다음 다시 시도하세요.</translation>
    </message>
    <message>
        <source>{path} cannot be written.</source>
        <translation>{path}: 쓸 수 없습니다.</translation>
    </message>
    <message>
        <source>Check that its folder is not read-only and that you may write to it.</source>
        <translation>폴더가 읽기 전용이 아닌지, 쓰기 권한이 있는지 확인하세요.</translation>
    </message>
    <message>
        <source>The disk of {folder} is full; nothing was lost.</source>
        <translation>{folder}: 디스크가 가득 찼습니다. 잃은 것은 없습니다.</translation>
    </message>
    <message>
        <source>Free some space, try again.</source>
        <translation>공간을 확보하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>{path} could not be read or written: the drive reports an error.</source>
        <translation>{path}: 읽거나 쓸 수 없었습니다. 드라이브에서 오류가 보고되었습니다.</translation>
    </message>
    <message>
        <source>Check that the drive is there and sound, then open the project again.</source>
        <translation>드라이브가 연결되어 있고 정상인지 확인한 다음 프로젝트를 다시 여세요.</translation>
    </message>
    <message>
        <source>{path} is damaged.</source>
        <translation>{path}: 손상되었습니다.</translation>
    </message>
    <message>
        <source>&apos;labeltool restore {folder}&apos; lists its backups; without one, &apos;sqlite3 project.sqlite .recover&apos; may save what is left.</source>
        <translation>&apos;labeltool restore {folder}&apos; 명령으로 백업 목록을 볼 수 있습니다. 백업이 없으면 &apos;sqlite3 project.sqlite .recover&apos;로 남은 것을 살릴 수도 있습니다.</translation>
    </message>
    <message>
        <source>{folder} is already a photo folder of this project.</source>
        <translation>{folder}: 이미 이 프로젝트의 사진 폴더입니다.</translation>
    </message>
    <message>
        <source>None of the photos are in {folder} (looked for {file}).</source>
        <translation>{folder}: 사진이 하나도 없습니다(찾은 파일: {file}).</translation>
    </message>
    <message>
        <source>Choose the folder that holds the same files and subfolders as before.</source>
        <translation>이전과 같은 파일과 하위 폴더가 있는 폴더를 고르세요.</translation>
    </message>
    <message>
        <source>{other} of the {looked_at} looked at have another size than before: they may be other photos.</source>
        <translation>확인한 {looked_at}장 중 {other}장의 크기가 전과 다릅니다. 다른 사진일 수 있습니다.</translation>
    </message>
    <message>
        <source>Photos are now read from {folder}.</source>
        <translation>이제 사진을 {folder}에서 읽습니다.</translation>
    </message>
    <message>
        <source>Filter “{name}” saved.</source>
        <translation>“{name}” 필터를 저장했습니다.</translation>
    </message>
    <message>
        <source>There is a filter “{name}” already.</source>
        <translation>“{name}” 필터가 이미 있습니다.</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>다른 이름을 고르세요.</translation>
    </message>
    <message>
        <source>A filter needs a name.</source>
        <translation>필터에 이름이 필요합니다.</translation>
    </message>
    <message>
        <source>Type one.</source>
        <translation>이름을 입력하세요.</translation>
    </message>
    <message>
        <source>The name is longer than {count} letters.</source>
        <translation>이름이 {count}자보다 깁니다.</translation>
    </message>
    <message>
        <source>Choose a shorter one.</source>
        <translation>더 짧은 이름을 고르세요.</translation>
    </message>
    <message>
        <source>Points of this face were moved and are not decided yet.</source>
        <translation>이 얼굴의 점을 옮겼지만 아직 판정하지 않았습니다.</translation>
    </message>
    <message>
        <source>Accept them, or discard the moves, then restore.</source>
        <translation>수락하거나 이동을 버린 다음 복원하세요.</translation>
    </message>
    <message>
        <source>Restored: {what}.</source>
        <translation>복원: {what}.</translation>
    </message>
    <message>
        <source>reverting {what}</source>
        <translation>철회: {what}</translation>
    </message>
    <message>
        <source>Reverted: {what}.</source>
        <translation>철회: {what}.</translation>
    </message>
    <message>
        <source>Nothing of this batch is left to revert.</source>
        <translation>이 일괄 처리에서 철회할 것이 남아 있지 않습니다.</translation>
    </message>
    <message>
        <source>Every face of it was changed since; each face&apos;s history shows how.</source>
        <translation>모든 얼굴이 그 뒤에 바뀌었습니다. 각 얼굴의 이력에서 확인할 수 있습니다.</translation>
    </message>
    <message>
        <source>There is no backup {path}.</source>
        <translation>그런 백업이 없습니다: {path}.</translation>
    </message>
    <message>
        <source>&apos;labeltool restore {folder}&apos; lists them.</source>
        <translation>&apos;labeltool restore {folder}&apos; 명령으로 목록을 볼 수 있습니다.</translation>
    </message>
    <message>
        <source>The project must be restored, but another window or command has it open.</source>
        <translation>프로젝트를 복원해야 하지만 다른 창이나 명령에서 열려 있습니다.</translation>
    </message>
    <message>
        <source>{path} is damaged too.</source>
        <translation>{path}: 이것도 손상되었습니다.</translation>
    </message>
    <message>
        <source>Choose an older backup.</source>
        <translation>더 오래된 백업을 고르세요.</translation>
    </message>
    <message>
        <source>{file} could not be restored: {reason}; everything is as it was.</source>
        <translation>{file}: 복원할 수 없었습니다({reason}). 모든 것이 이전 그대로입니다.</translation>
    </message>
    <message>
        <source>Nothing was accepted: no proposal there waits for a verdict.</source>
        <translation>수락하지 않았습니다. 판정을 기다리는 제안이 없습니다.</translation>
    </message>
    <message>
        <source>Predict first, or choose faces that are not accepted yet.</source>
        <translation>먼저 예측하거나, 아직 수락하지 않은 얼굴을 고르세요.</translation>
    </message>
    <message>
        <source>Flagged.</source>
        <translation>플래그를 붙였습니다.</translation>
    </message>
    <message>
        <source>Flag removed.</source>
        <translation>플래그를 해제했습니다.</translation>
    </message>
    <message>
        <source>Flagged: {count:,} faces.</source>
        <translation>얼굴 {count:,}개에 플래그를 붙였습니다.</translation>
    </message>
    <message>
        <source>Flag removed: {count:,} faces.</source>
        <translation>얼굴 {count:,}개의 플래그를 해제했습니다.</translation>
    </message>
    <message>
        <source>Nothing was changed: something else was done meanwhile.</source>
        <translation>아무것도 바뀌지 않았습니다. 그사이 다른 작업이 이루어졌습니다.</translation>
    </message>
    <message>
        <source>Try again: then you are asked about that.</source>
        <translation>다시 시도하세요. 그때 그 작업에 대해 묻습니다.</translation>
    </message>
    <message>
        <source>Undid: {what}.</source>
        <translation>되돌림: {what}.</translation>
    </message>
    <message>
        <source>Redid: {what}.</source>
        <translation>다시 실행: {what}.</translation>
    </message>
    <message>
        <source>They were changed again since, and stay as they are.</source>
        <translation>그 뒤에 다시 바뀌었으므로 그대로 둡니다.</translation>
    </message>
    <message>
        <source>Somebody rolled back again since: the proposals stay as they are.</source>
        <translation>그 뒤에 다른 롤백이 있었으므로 제안은 그대로 둡니다.</translation>
    </message>
    <message>
        <source>The proposal on the screen was replaced by newer rounds.</source>
        <translation>화면의 제안이 더 새로운 라운드로 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Look at the new proposal and decide again.</source>
        <translation>새 제안을 보고 다시 판정하세요.</translation>
    </message>
    <message>
        <source>The run folder {folder} cannot be written: {reason}.</source>
        <translation>라운드 폴더 {folder}에 쓸 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>Free some space or check the folder&apos;s permissions, then try again.</source>
        <translation>공간을 확보하거나 폴더 권한을 확인하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The results in {path} cannot be read: {reason}.</source>
        <translation>{path}: 결과를 읽을 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>Start the round again.</source>
        <translation>라운드를 다시 시작하세요.</translation>
    </message>
    <message>
        <source>Another worker is busy in {folder}.</source>
        <translation>{folder}: 다른 작업 프로세스가 사용하고 있습니다.</translation>
    </message>
    <message>
        <source>the coarsest score map</source>
        <translation>가장 거친 점수 맵</translation>
    </message>
    <message>
        <source>the coarser score map</source>
        <translation>더 거친 점수 맵</translation>
    </message>
    <message>
        <source>everything</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>too similar to a face to measure by</source>
        <translation>측정용 얼굴과 너무 비슷함</translation>
    </message>
    <message>
        <source>without a proposal</source>
        <translation>제안 없음</translation>
    </message>
    <message>
        <source>the photo could not be used</source>
        <translation>사진을 사용할 수 없음</translation>
    </message>
    <message>
        <source>not needed</source>
        <translation>필요하지 않음</translation>
    </message>
    <message>
        <source>trained</source>
        <translation>학습됨</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>측정용</translation>
    </message>
    <message>
        <source>pseudo-label ({task})</source>
        <translation>의사 레이블({task})</translation>
    </message>
    <message>
        <source>left out: {reason}</source>
        <translation>사용 안 함: {reason}</translation>
    </message>
    <message>
        <source>{count:,} {reason}</source>
        <translation>{reason} {count:,}개</translation>
    </message>
    <message>
        <source>Left out: {faces}.</source>
        <translation>사용하지 않는 얼굴: {faces}.</translation>
    </message>
    <message>
        <source>1 landmark is occluded and counts half.</source>
        <translation>가려진 랜드마크 1개는 절반만 반영됩니다.</translation>
    </message>
    <message>
        <source>{count} landmarks are occluded and count half.</source>
        <translation>가려진 랜드마크 {count}개는 절반만 반영됩니다.</translation>
    </message>
    <message>
        <source>1 landmark is absent and is not trained.</source>
        <translation>없는 랜드마크 1개는 학습하지 않습니다.</translation>
    </message>
    <message>
        <source>{count} landmarks are absent and are not trained.</source>
        <translation>없는 랜드마크 {count}개는 학습하지 않습니다.</translation>
    </message>
    <message>
        <source>Epochs and pseudo-labels are capped to fit about ten minutes.</source>
        <translation>에포크와 의사 레이블은 약 10분에 맞게 제한했습니다.</translation>
    </message>
    <message>
        <source>It takes about {minutes} min on {device}.</source>
        <translation>{device}에서 약 {minutes}분 걸립니다.</translation>
    </message>
    <message>
        <source>1 manual label</source>
        <translation>수동 레이블 1개</translation>
    </message>
    <message>
        <source>{count} manual labels</source>
        <translation>수동 레이블 {count}개</translation>
    </message>
    <message>
        <source>1 pseudo-label</source>
        <translation>의사 레이블 1개</translation>
    </message>
    <message>
        <source>{count} pseudo-labels</source>
        <translation>의사 레이블 {count}개</translation>
    </message>
    <message>
        <source>1 epoch</source>
        <translation>1 에포크</translation>
    </message>
    <message>
        <source>{count} epochs</source>
        <translation>{count} 에포크</translation>
    </message>
    <message>
        <source>Positions count from 1 in this format; 1 is subtracted.</source>
        <translation>이 형식의 위치는 1부터 세므로 1을 뺍니다.</translation>
    </message>
    <message>
        <source>Positions are shares of the photo&apos;s width and height.</source>
        <translation>위치는 사진의 너비와 높이에 대한 비율입니다.</translation>
    </message>
    <message>
        <source>Positions count from 0, the centre of the top-left pixel.</source>
        <translation>위치는 왼쪽 위 픽셀의 중심을 0으로 하여 셉니다.</translation>
    </message>
    <message>
        <source>y counts from the bottom edge of the photo; it is turned over.</source>
        <translation>y는 사진의 아래쪽부터 세므로 뒤집습니다.</translation>
    </message>
    <message>
        <source>Positions count from 0, as “npoints:” says.</source>
        <translation>“npoints:”에 따라 위치를 0부터 셉니다.</translation>
    </message>
    <message>
        <source>Positions count from 0 in files with “npoints:”, from 1 in the others; 1 is subtracted.</source>
        <translation>위치를 “npoints:”가 있는 파일에서는 0부터, 나머지에서는 1부터 세며, 나머지에서 1을 뺍니다.</translation>
    </message>
    <message>
        <source>Positions count from the corner of a pixel in this version; half a pixel is subtracted.</source>
        <translation>이 버전은 위치를 픽셀의 모서리부터 세므로 반 픽셀을 뺍니다.</translation>
    </message>
    <message>
        <source>not matched</source>
        <translation>대응되지 않음</translation>
    </message>
    <message>
        <source>by name</source>
        <translation>이름으로</translation>
    </message>
    <message>
        <source>by order</source>
        <translation>순서로</translation>
    </message>
    <message>
        <source>as chosen</source>
        <translation>고른 대로</translation>
    </message>
    <message>
        <source>No proposals of a network to compare the labels with.</source>
        <translation>레이블과 비교할 네트워크의 제안이 없습니다.</translation>
    </message>
    <message>
        <source>The labels lie far from the detector&apos;s proposals ({percent} % of the face&apos;s size, median of {count} faces): another order or mapping?</source>
        <translation>레이블이 검출기의 제안에서 멉니다(얼굴 크기의 {percent} %, 얼굴 {count}개의 중앙값). 순서나 대응이 다르지 않습니까?</translation>
    </message>
    <message>
        <source>The labels lie {x} px {across} and {y} px {down} the detector&apos;s proposals (median of {count} faces)</source>
        <translation>레이블이 검출기의 제안보다 {across}으로 {x}픽셀, {down}로 {y}픽셀 벗어납니다(얼굴 {count}개의 중앙값)</translation>
    </message>
    <message>
        <source>right of</source>
        <translation>오른쪽</translation>
    </message>
    <message>
        <source>left of</source>
        <translation>왼쪽</translation>
    </message>
    <message>
        <source>below</source>
        <translation>아래</translation>
    </message>
    <message>
        <source>above</source>
        <translation>위</translation>
    </message>
    <message>
        <source>{where}: they may count from 1.</source>
        <translation>{where}. 1부터 센 위치일 수 있습니다.</translation>
    </message>
    <message>
        <source>{where}: 1 may have been subtracted from labels that count from 0.</source>
        <translation>{where}. 0부터 센 레이블에서 1을 뺀 위치일 수 있습니다.</translation>
    </message>
    <message>
        <source>{where}: they may count from the corner of the first pixel.</source>
        <translation>{where}. 첫 픽셀의 모서리부터 센 위치일 수 있습니다.</translation>
    </message>
    <message>
        <source>{where}: half a pixel may have been subtracted without need.</source>
        <translation>{where}. 반 픽셀을 필요 없이 뺀 위치일 수 있습니다.</translation>
    </message>
    <message>
        <source>{where}.</source>
        <translation>{where}.</translation>
    </message>
    <message>
        <source>{count} of {total} faces look mirrored: left and right may be swapped.</source>
        <translation>얼굴 {total}개 가운데 {count}개가 좌우로 뒤집힌 모양입니다. 왼쪽과 오른쪽이 바뀌었을 수 있습니다.</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>형식</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>내용</translation>
    </message>
    <message>
        <source>Matching</source>
        <translation>대응</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>원점</translation>
    </message>
    <message>
        <source>Evidence</source>
        <translation>근거</translation>
    </message>
    <message>
        <source>Sizes</source>
        <translation>크기</translation>
    </message>
    <message>
        <source>Mappings</source>
        <translation>대응</translation>
    </message>
    <message>
        <source>{count} photos or rows; see the list.</source>
        <translation>사진이나 행 {count}개. 목록을 보세요.</translation>
    </message>
    <message>
        <source>Not used</source>
        <translation>쓰지 않음</translation>
    </message>
    <message>
        <source>1 photo or row.</source>
        <translation>사진이나 행 1개.</translation>
    </message>
    <message>
        <source>{faces} in {photos}</source>
        <translation>{photos}의 {faces}</translation>
    </message>
    <message>
        <source>1 face</source>
        <translation>얼굴 1개</translation>
    </message>
    <message>
        <source>{count} faces</source>
        <translation>얼굴 {count}개</translation>
    </message>
    <message>
        <source>1 photo</source>
        <translation>사진 1장</translation>
    </message>
    <message>
        <source>{count} photos</source>
        <translation>사진 {count}장</translation>
    </message>
    <message>
        <source>{content}, all found.</source>
        <translation>{content}, 모두 찾았습니다.</translation>
    </message>
    <message>
        <source>{content}, {count} not found.</source>
        <translation>{content}, 사진 {count}장은 찾지 못했습니다.</translation>
    </message>
    <message>
        <source>without names</source>
        <translation>이름 없음</translation>
    </message>
    <message>
        <source>named {names}</source>
        <translation>이름: {names}</translation>
    </message>
    <message>
        <source>{count} a face, {named}</source>
        <translation>얼굴마다 {count}개, {named}</translation>
    </message>
    <message>
        <source>{landmarks}; as many as {schemes}</source>
        <translation>{landmarks}. {schemes}와 같은 수</translation>
    </message>
    <message>
        <source>{landmarks}; {count} faces have others</source>
        <translation>{landmarks}. 얼굴 {count}개는 다름</translation>
    </message>
    <message>
        <source>{how}; {count} of the {total} landmarks of {scheme} have no source and are absent</source>
        <translation>{how}. {scheme}의 랜드마크 {total}개 가운데 {count}개는 대응하는 것이 없어 없음이 됩니다</translation>
    </message>
    <message>
        <source>No photo differs from what the file says.</source>
        <translation>파일에 적힌 크기와 다른 사진이 없습니다.</translation>
    </message>
    <message>
        <source>{count} photos differ: {turned} were labelled before their EXIF turn, {scaled} on copies of another size, {unexplained} cannot be explained</source>
        <translation>사진 {count}장이 다릅니다. {turned}장은 EXIF 회전 전에, {scaled}장은 크기가 다른 사본에 레이블했고, {unexplained}장은 설명되지 않습니다</translation>
    </message>
    <message>
        <source>{faces}: {known} of the project, {fresh} new</source>
        <translation>{faces}: 프로젝트의 얼굴 {known}개, 새 얼굴 {fresh}개</translation>
    </message>
    <message>
        <source>{made}; {count} more keep what a person decided</source>
        <translation>{made}. 얼굴 {count}개는 사람의 판정을 그대로 둡니다</translation>
    </message>
    <message>
        <source>Round {number} trains on {manual}, then {times} times on these and {available}, which it predicts again each time, for {epochs} each, from easier to harder tasks. Then it predicts {faces}.</source>
        <translation>라운드 {number}: {manual}로 학습한 다음, 매번 다시 예측하는 {available}까지 포함해 쉬운 작업부터 어려운 작업까지 {epochs}씩 {times}번 더 학습합니다. 그런 다음 {faces}를 예측합니다.</translation>
    </message>
    <message>
        <source>Round {number} trains on {manual} and {pseudo} of {available} for {epochs}, {share} % of it on manual labels, then predicts {faces}.</source>
        <translation>라운드 {number}: {manual} 및 {available} 중 {pseudo}개로 {epochs}를 학습하고(그중 {share} %는 수동 레이블) {faces}를 예측합니다.</translation>
    </message>
    <message>
        <source>Round {number} trains on {manual} for {epochs}, then predicts {faces}.</source>
        <translation>라운드 {number}: {manual}로 {epochs}를 학습한 다음 {faces}를 예측합니다.</translation>
    </message>
    <message>
        <source>The labels alone come first; then it predicts the pseudo-labels again.</source>
        <translation>먼저 레이블만으로 학습한 다음 의사 레이블을 다시 예측합니다.</translation>
    </message>
    <message>
        <source>The labels alone come first.</source>
        <translation>먼저 레이블만으로 학습합니다.</translation>
    </message>
    <message>
        <source>It ends earlier if it stops improving.</source>
        <translation>더 나아지지 않으면 일찍 끝납니다.</translation>
    </message>
    <message>
        <source>the GPU</source>
        <translation>GPU</translation>
    </message>
    <message>
        <source>this CPU</source>
        <translation>이 CPU</translation>
    </message>
    <message>
        <source>Its network may be used for research only, as what it starts from.</source>
        <translation>시작점과 마찬가지로, 학습한 모델은 연구용으로만 쓸 수 있습니다.</translation>
    </message>
    <message>
        <source>Its quality will be unknown: there are no judged faces to measure by.</source>
        <translation>품질은 알 수 없습니다. 판정된 측정용 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>None of the labelled photos can be used: {reason}.</source>
        <translation>레이블이 있는 사진을 하나도 쓸 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>The detector knows {count} of {total} landmarks; the others are left open.</source>
        <translation>검출기는 랜드마크 {total}개 중 {count}개를 압니다. 나머지는 비워 둡니다.</translation>
    </message>
    <message>
        <source>Put them back, or point the project to where they are now.</source>
        <translation>사진을 되돌려 놓거나 지금 있는 곳을 프로젝트에 알려 주세요.</translation>
    </message>
    <message>
        <source>{file} has another landmark scheme than this project.</source>
        <translation>{file}: 이 프로젝트와 다른 랜드마크 구성입니다.</translation>
    </message>
    <message>
        <source>There is no usable CUDA device.</source>
        <translation>쓸 수 있는 CUDA 장치가 없습니다.</translation>
    </message>
    <message>
        <source>Choose the device &apos;cpu&apos; or &apos;auto&apos;.</source>
        <translation>장치를 &apos;cpu&apos; 또는 &apos;auto&apos;로 지정하세요.</translation>
    </message>
    <message>
        <source>The run folder has no labels.</source>
        <translation>라운드 폴더에 레이블이 없습니다.</translation>
    </message>
    <message>
        <source>None of the photos with faces can be used: {reason}.</source>
        <translation>얼굴이 있는 사진을 하나도 쓸 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>No manual label has all its landmarks, so training cannot start.</source>
        <translation>랜드마크가 모두 있는 수동 레이블이 없어 학습을 시작할 수 없습니다.</translation>
    </message>
    <message>
        <source>Place every landmark of at least one face.</source>
        <translation>적어도 한 얼굴에 모든 랜드마크를 놓으세요.</translation>
    </message>
    <message>
        <source>{key} moves through lists.</source>
        <translation>{key}은(는) 목록에서 이동하는 키입니다.</translation>
    </message>
    <message>
        <source>{key} copies, cuts or pastes text.</source>
        <translation>{key}은(는) 글을 복사하거나 잘라 내거나 붙여 넣는 키입니다.</translation>
    </message>
    <message>
        <source>{key} closes dialogs and leaves what was begun.</source>
        <translation>{key}은(는) 대화 상자를 닫고 하던 일을 그만두는 키입니다.</translation>
    </message>
    <message>
        <source>{key} goes from field to field.</source>
        <translation>{key}은(는) 칸 사이를 이동하는 키입니다.</translation>
    </message>
    <message>
        <source>{key} presses buttons and ends typing.</source>
        <translation>{key}은(는) 단추를 누르고 입력을 마치는 키입니다.</translation>
    </message>
    <message>
        <source>{key} presses buttons and moves the photo.</source>
        <translation>{key}은(는) 단추를 누르고 사진을 움직이는 키입니다.</translation>
    </message>
    <message>
        <source>{key} closes the window.</source>
        <translation>{key}은(는) 창을 닫는 키입니다.</translation>
    </message>
    <message>
        <source>Type a command</source>
        <translation>명령을 입력하세요</translation>
    </message>
    <message>
        <source>No command matches.</source>
        <translation>일치하는 명령이 없습니다.</translation>
    </message>
    <message>
        <source>{left:,} of {faces:,} faces were changed since and stay as they are.</source>
        <translation>얼굴 {faces:,}개 중 {left:,}개는 그 뒤에 바뀌어 그대로 두었습니다.</translation>
    </message>
    <message>
        <source>{path} cannot be written: the project is read-only here.</source>
        <translation>{path}에 쓸 수 없습니다. 이 프로젝트는 여기서 읽기 전용입니다.</translation>
    </message>
    <message>
        <source>Copy its folder to where you may write and open the copy, or ask for the right to write.</source>
        <translation>쓸 수 있는 곳에 폴더를 복사해서 그 복사본을 열거나, 쓰기 권한을 요청하세요.</translation>
    </message>
    <message>
        <source>{log} holds decisions that cannot be read in a read-only folder.</source>
        <translation>{log}에 읽기 전용 폴더에서는 읽을 수 없는 판정이 있습니다.</translation>
    </message>
    <message>
        <source>Copy the whole folder to where you may write, and open the copy.</source>
        <translation>폴더 전체를 쓸 수 있는 곳에 복사한 뒤 그 복사본을 여세요.</translation>
    </message>
    <message>
        <source>Redo?</source>
        <translation>다시 실행할까요?</translation>
    </message>
    <message>
        <source>Undo?</source>
        <translation>되돌릴까요?</translation>
    </message>
    <message>
        <source>Redo {what} by {reviewer}, {ago}?</source>
        <translation>{what}을(를) 다시 실행할까요? ({reviewer}, {ago})</translation>
    </message>
    <message>
        <source>Undo {what} by {reviewer}, {ago}?</source>
        <translation>{what}을(를) 되돌릴까요? ({reviewer}, {ago})</translation>
    </message>
    <message>
        <source>This was done on {time}. It is not the last thing you did in this window.</source>
        <translation>{time}에 한 작업이며, 이 창에서 마지막으로 한 작업이 아닙니다.</translation>
    </message>
    <message>
        <source>Faces that it added are removed; the photos stay.</source>
        <translation>이 작업으로 추가된 얼굴은 제거되고 사진은 그대로 남습니다.</translation>
    </message>
    <message>
        <source>Faces that were changed since stay as they are. Redo brings the others back.</source>
        <translation>그 뒤에 바뀐 얼굴은 그대로 남습니다. 나머지는 다시 실행으로 돌아옵니다.</translation>
    </message>
    <message>
        <source>the import of {count:,} labels from {file}</source>
        <translation>{file}에서 레이블 {count:,}개 가져오기</translation>
    </message>
    <message>
        <source>the import of {count:,} proposals from {file}</source>
        <translation>{file}에서 제안 {count:,}개 가져오기</translation>
    </message>
    <message>
        <source>{what} ({faces})</source>
        <translation>{what} ({faces})</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>방금</translation>
    </message>
    <message numerus="yes">
        <source>%Ln minute(s) ago</source>
        <translation>
            <numerusform>%Ln분 전</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln hour(s) ago</source>
        <translation>
            <numerusform>%Ln시간 전</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln day(s) ago</source>
        <translation>
            <numerusform>%Ln일 전</numerusform>
        </translation>
    </message>
    <message>
        <source>Only a round that starts from ImageNet can choose its backbone.</source>
        <translation>백본은 ImageNet에서 시작하는 라운드에서만 고를 수 있습니다.</translation>
    </message>
    <message>
        <source>Choose ImageNet as the start, or choose no backbone.</source>
        <translation>시작점으로 ImageNet을 고르거나, 백본을 고르지 마세요.</translation>
    </message>
    <message>
        <source>A full self-training cannot do without pseudo-labels.</source>
        <translation>전체 자기 학습에는 의사 레이블이 필요합니다.</translation>
    </message>
    <message>
        <source>Use pseudo-labels, or train one round.</source>
        <translation>의사 레이블을 사용하거나, 라운드 하나만 학습하세요.</translation>
    </message>
    <message>
        <source>A round needs at least one epoch.</source>
        <translation>라운드에는 적어도 한 에포크가 필요합니다.</translation>
    </message>
    <message>
        <source>weights from ImageNet</source>
        <translation>ImageNet 가중치</translation>
    </message>
    <message>
        <source>There are no ImageNet weights for the backbone {backbone}.</source>
        <translation>백본 {backbone}의 ImageNet 가중치가 없습니다.</translation>
    </message>
    <message>
        <source>Put the file {name} into the project folder, or choose another start.</source>
        <translation>{name} 파일을 프로젝트 폴더에 넣거나, 다른 시작점을 고르세요.</translation>
    </message>
    <message>
        <source>The faces to measure by are grouped by &apos;{rule}&apos; in this project, not by &apos;{other}&apos;.</source>
        <translation>이 프로젝트의 측정용 얼굴은 &apos;{other}&apos;이(가) 아니라 &apos;{rule}&apos; 기준으로 묶여 있습니다.</translation>
    </message>
    <message>
        <source>Add faces without another rule. To change it, make a new project.</source>
        <translation>다른 기준을 주지 말고 얼굴을 추가하세요. 기준을 바꾸려면 새 프로젝트를 만드세요.</translation>
    </message>
    <message>
        <source>1 face to measure by was drawn.</source>
        <translation>측정용 얼굴 1개를 뽑았습니다.</translation>
    </message>
    <message>
        <source>{count} faces to measure by were drawn.</source>
        <translation>측정용 얼굴 {count}개를 뽑았습니다.</translation>
    </message>
    <message>
        <source>There is no leak-free split: every face shares its group with faces to train on.</source>
        <translation>누출 없이 나눌 수 없습니다. 모든 얼굴이 학습할 얼굴과 같은 묶음에 있습니다.</translation>
    </message>
    <message>
        <source>Choose smaller groups, or import other photos.</source>
        <translation>더 작은 묶음을 고르거나 다른 사진을 가져오세요.</translation>
    </message>
    <message>
        <source>There is no leak-free split with {wanted} faces to measure by: at most {possible} share no group with the faces to train on.</source>
        <translation>측정용 얼굴 {wanted}개로는 누출 없이 나눌 수 없습니다. 학습할 얼굴과 묶음이 겹치지 않는 얼굴은 최대 {possible}개입니다.</translation>
    </message>
    <message>
        <source>Ask for fewer faces, choose smaller groups, or import other photos.</source>
        <translation>얼굴 수를 줄이거나, 더 작은 묶음을 고르거나, 다른 사진을 가져오세요.</translation>
    </message>
    <message>
        <source>&apos;{pattern}&apos; is not a regular expression: {reason}.</source>
        <translation>&apos;{pattern}&apos;은(는) 정규식이 아닙니다: {reason}.</translation>
    </message>
    <message>
        <source>Write &apos;photo&apos;, &apos;folder&apos;, or a regular expression such as &apos;(.+)_[0-9]+&apos;.</source>
        <translation>&apos;photo&apos;, &apos;folder&apos; 또는 &apos;(.+)_[0-9]+&apos; 같은 정규식을 쓰세요.</translation>
    </message>
    <message>
        <source>&apos;{pattern}&apos; matches no photo of this project.</source>
        <translation>&apos;{pattern}&apos;에 맞는 사진이 이 프로젝트에 없습니다.</translation>
    </message>
    <message>
        <source>It is compared with paths such as &apos;{path}&apos;.</source>
        <translation>&apos;{path}&apos; 같은 경로와 비교합니다.</translation>
    </message>
    <message>
        <source>Another window added faces to measure by just now.</source>
        <translation>다른 창에서 방금 측정용 얼굴을 추가했습니다.</translation>
    </message>
    <message>
        <source>Look how many there are, and try again.</source>
        <translation>몇 개인지 확인하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>Go on: this round lowered the error by {points} points, more than chance.</source>
        <translation>계속하세요: 이 라운드로 오차가 {points}%p 줄었고, 우연으로 볼 수 없습니다.</translation>
    </message>
    <message>
        <source>Stop: this round raised the error by {points} points, more than chance. Look at the corrections that it unlearned, or return to the round before.</source>
        <translation>멈추세요: 이 라운드로 오차가 {points}%p 늘었고, 우연으로 볼 수 없습니다. 잊어버린 수정을 살펴보거나 이전 라운드로 돌아가세요.</translation>
    </message>
    <message>
        <source>Go on: the error is the same within chance, but proposals still move by {moved} % of the face.</source>
        <translation>계속하세요: 오차는 우연의 범위에서 같지만, 제안이 아직 얼굴 크기의 {moved}%만큼 움직입니다.</translation>
    </message>
    <message>
        <source>Stop: two rounds in a row left the error the same within chance, and proposals stand still. Only more labels would help now.</source>
        <translation>멈추세요: 두 라운드 연속으로 오차가 우연의 범위에서 같고, 제안이 더 움직이지 않습니다. 이제는 레이블을 늘려야 나아집니다.</translation>
    </message>
    <message>
        <source>Go on for one more round: the error is the same within chance, which one round alone does not prove.</source>
        <translation>한 라운드 더 하세요: 오차가 우연의 범위에서 같지만, 한 라운드만으로는 확실하지 않습니다.</translation>
    </message>
    <message>
        <source>There are no faces to measure by, so whether proposals get better is unknown.</source>
        <translation>측정용 얼굴이 없어 제안이 나아지는지 알 수 없습니다.</translation>
    </message>
    <message>
        <source>There is no earlier network to compare with.</source>
        <translation>비교할 이전 네트워크가 없습니다.</translation>
    </message>
    <message>
        <source>Go on: these are the first proposals.</source>
        <translation>계속하세요: 첫 제안입니다.</translation>
    </message>
    <message>
        <source>Go on: proposals still move by {moved} % of the face.</source>
        <translation>계속하세요: 제안이 아직 얼굴 크기의 {moved}%만큼 움직입니다.</translation>
    </message>
    <message>
        <source>Stop: proposals stand still, they moved by {moved} % of the face.</source>
        <translation>멈추세요: 제안이 더 움직이지 않습니다(얼굴 크기의 {moved}%).</translation>
    </message>
    <message>
        <source>There is no finished training round {number}.</source>
        <translation>끝난 학습 라운드 {number}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>&apos;labeltool rounds&apos; lists the rounds of a project.</source>
        <translation>&apos;labeltool rounds&apos;가 프로젝트의 라운드를 보여 줍니다.</translation>
    </message>
    <message>
        <source>Rounds {number} and {other} cannot be compared: they share no audit faces.</source>
        <translation>라운드 {number}와(과) {other}은(는) 비교할 수 없습니다: 함께 쓴 측정용 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>There is no round {number}.</source>
        <translation>라운드 {number}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>The name has {count} letters, and a round may have {most}.</source>
        <translation>이름이 {count}자입니다. 라운드 이름은 {most}자까지 가능합니다.</translation>
    </message>
    <message>
        <source>Choose a shorter one, or write a note.</source>
        <translation>더 짧은 이름을 고르거나 메모를 쓰세요.</translation>
    </message>
    <message>
        <source>{file} is no name for a network.</source>
        <translation>{file}은(는) 네트워크 파일의 이름이 아닙니다.</translation>
    </message>
    <message>
        <source>End it in .safetensors for a model file, or in .onnx.</source>
        <translation>모델 파일은 .safetensors, ONNX 파일은 .onnx로 끝나게 하세요.</translation>
    </message>
    <message>
        <source>Round {number} has no network in {folder}.</source>
        <translation>라운드 {number}의 네트워크가 {folder}에 없습니다.</translation>
    </message>
    <message>
        <source>Choose another round, or put the folder back from a copy.</source>
        <translation>다른 라운드를 선택하거나 사본에서 폴더를 되돌려 놓으세요.</translation>
    </message>
    <message>
        <source>Wrote the network of round {number} to {file}.</source>
        <translation>라운드 {number}의 네트워크를 {file}에 저장했습니다.</translation>
    </message>
    <message>
        <source>Cancel it first, or wait for its end.</source>
        <translation>먼저 취소하거나 끝날 때까지 기다리세요.</translation>
    </message>
    <message>
        <source>The network of round {number} is in use.</source>
        <translation>라운드 {number}의 네트워크를 사용하고 있습니다.</translation>
    </message>
    <message>
        <source>Roll back to another round first.</source>
        <translation>먼저 다른 라운드로 롤백하세요.</translation>
    </message>
    <message>
        <source>Round {other} starts from the network of round {number}.</source>
        <translation>라운드 {other}이(가) 라운드 {number}의 네트워크에서 시작합니다.</translation>
    </message>
    <message>
        <source>Wait for its end, or cancel it.</source>
        <translation>끝날 때까지 기다리거나 취소하세요.</translation>
    </message>
    <message>
        <source>The files of round {number} cannot be deleted: {reason}.</source>
        <translation>라운드 {number}의 파일을 삭제할 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>See who may write to {folder}, then try again.</source>
        <translation>{folder}의 쓰기 권한을 확인한 뒤 다시 시도하세요.</translation>
    </message>
    <message>
        <source>The project does not wait for the results of round {number} any more.</source>
        <translation>프로젝트가 라운드 {number}의 결과를 더 기다리지 않습니다.</translation>
    </message>
    <message>
        <source>Deleted the files of round {number}: {size:,.1f} MB. Its figures stay.</source>
        <translation>라운드 {number}의 파일 {size:,.1f} MB를 삭제했습니다. 수치는 남아 있습니다.</translation>
    </message>
    <message>
        <source>Choose one of the rounds that are listed.</source>
        <translation>목록에 있는 라운드를 선택하세요.</translation>
    </message>
    <message>
        <source>Round {number} has not ended yet.</source>
        <translation>라운드 {number}이(가) 아직 끝나지 않았습니다.</translation>
    </message>
    <message>
        <source>Choose a round that ended with a network.</source>
        <translation>네트워크가 만들어진 라운드를 선택하세요.</translation>
    </message>
    <message>
        <source>The starter proposed nothing in this project.</source>
        <translation>이 프로젝트에는 시작 모델의 제안이 없습니다.</translation>
    </message>
    <message>
        <source>Round {number} is in use now: its proposals are offered.</source>
        <translation>이제 라운드 {number}을(를) 사용하며 그 제안을 보여 줍니다.</translation>
    </message>
    <message>
        <source>Round {number} was promoted before.</source>
        <translation>라운드 {number}은(는) 이미 승격되었습니다.</translation>
    </message>
    <message>
        <source>Roll back to it to offer its proposals again.</source>
        <translation>제안을 다시 보려면 그 라운드로 롤백하세요.</translation>
    </message>
    <message>
        <source>Round {number} was never promoted.</source>
        <translation>라운드 {number}은(는) 승격된 적이 없습니다.</translation>
    </message>
    <message>
        <source>Promote it to use its network.</source>
        <translation>네트워크를 사용하려면 승격하세요.</translation>
    </message>
    <message>
        <source>The files of round {number} were deleted.</source>
        <translation>라운드 {number}의 파일은 삭제되었습니다.</translation>
    </message>
    <message>
        <source>The files of {model} are not in {folder} any more.</source>
        <translation>{model}의 파일이 {folder}에 더 이상 없습니다.</translation>
    </message>
    <message>
        <source>Put the folder back from a copy, or choose another round.</source>
        <translation>사본에서 폴더를 되돌려 놓거나 다른 라운드를 선택하세요.</translation>
    </message>
    <message>
        <source>Round {number} failed: it has no network.</source>
        <translation>라운드 {number}은(는) 실패하여 네트워크가 없습니다.</translation>
    </message>
    <message>
        <source>Round {number} was cancelled: it has no network.</source>
        <translation>라운드 {number}은(는) 취소되어 네트워크가 없습니다.</translation>
    </message>
    <message>
        <source>The network of {model} is in use already.</source>
        <translation>{model}의 네트워크를 이미 사용하고 있습니다.</translation>
    </message>
    <message>
        <source>Choose another round.</source>
        <translation>다른 라운드를 고르세요.</translation>
    </message>
    <message>
        <source>The waiting round was cancelled.</source>
        <translation>대기 중인 라운드를 취소했습니다.</translation>
    </message>
    <message>
        <source>Finished {time} UTC</source>
        <translation>{time} UTC에 끝남</translation>
    </message>
    <message>
        <source>{count} common faces</source>
        <translation>공통 얼굴 {count}개</translation>
    </message>
    <message>
        <source>1 face measured it.</source>
        <translation>얼굴 1개로 측정했습니다.</translation>
    </message>
    <message>
        <source>{count} faces measured it.</source>
        <translation>얼굴 {count}개로 측정했습니다.</translation>
    </message>
    <message>
        <source>Figure</source>
        <translation>지표</translation>
    </message>
    <message>
        <source>Error of a face (% of the norm)</source>
        <translation>얼굴의 오차(기준 거리의 %)</translation>
    </message>
    <message>
        <source>Share of faces (%)</source>
        <translation>얼굴의 비율(%)</translation>
    </message>
    <message>
        <source>Share of faces</source>
        <translation>얼굴의 비율</translation>
    </message>
    <message>
        <source>Cumulative error distribution</source>
        <translation>누적 오차 분포</translation>
    </message>
    <message>
        <source>Error of each landmark (% of the norm)</source>
        <translation>랜드마크별 오차(기준 거리의 %)</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>부위</translation>
    </message>
    <message>
        <source>Error of each region</source>
        <translation>부위별 오차</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>오차</translation>
    </message>
    <message>
        <source>Worst faces</source>
        <translation>가장 나쁜 얼굴</translation>
    </message>
    <message>
        <source>Errors are divided by the norm: the distance of two landmarks of the scheme, such as the outer corners of the eyes, or the size of the face.</source>
        <translation>오차는 기준 거리로 나눈 값입니다: 눈의 바깥 끝처럼 랜드마크 구성의 두 랜드마크 사이 거리, 또는 얼굴 크기입니다.</translation>
    </message>
    <message>
        <source>Nobody knows how good this round is: it was trained without faces to measure by. Draw some at random, accept or correct them, and train the next round.</source>
        <translation>이 라운드가 얼마나 좋은지 알 수 없습니다: 측정용 얼굴 없이 학습했습니다. 무작위로 몇 개를 뽑아 수락하거나 수정한 뒤 다음 라운드를 학습하세요.</translation>
    </message>
    <message numerus="yes">
        <source>on %Ln common face(s)</source>
        <translation>
            <numerusform>공통 얼굴 %Ln개에서</numerusform>
        </translation>
    </message>
    <message>
        <source>Change</source>
        <translation>변화</translation>
    </message>
    <message>
        <source>Of the faces to measure by, the largest error first.</source>
        <translation>측정용 얼굴 가운데 오차가 큰 순서입니다.</translation>
    </message>
    <message>
        <source>Movement</source>
        <translation>움직임</translation>
    </message>
    <message>
        <source>Moved most</source>
        <translation>가장 많이 움직임</translation>
    </message>
    <message>
        <source>No face had a proposal before.</source>
        <translation>이전 제안이 있던 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Farther from your label by {limit} % or more.</source>
        <translation>내 레이블에서 {limit}% 이상 멀어졌습니다.</translation>
    </message>
    <message>
        <source>The files of this round were deleted, so nobody knows what it made of your corrections.</source>
        <translation>이 라운드의 파일이 삭제되어 내 수정을 어떻게 배웠는지 알 수 없습니다.</translation>
    </message>
    <message>
        <source>Faces that you corrected and the round trained on. The numbers are the mean distance from your label, in percent of the norm, of the landmarks that you moved by {limit} % or more: of the old proposal, and of the new network.</source>
        <translation>내가 수정했고 이 라운드가 학습에 쓴 얼굴입니다. 숫자는 내가 {limit}% 이상 옮긴 랜드마크가 레이블에서 떨어진 평균 거리(기준 거리의 %)로, 이전 제안과 새 네트워크의 값입니다.</translation>
    </message>
    <message>
        <source>Faces whose proposals moved most</source>
        <translation>제안이 가장 많이 움직인 얼굴</translation>
    </message>
    <message>
        <source>Learned</source>
        <translation>배움</translation>
    </message>
    <message>
        <source>Nearer to your label by {limit} % or more.</source>
        <translation>내 레이블에 {limit}% 이상 가까워졌습니다.</translation>
    </message>
    <message>
        <source>Ignored</source>
        <translation>무시함</translation>
    </message>
    <message>
        <source>About as far from your label as before.</source>
        <translation>내 레이블과의 거리가 이전과 비슷합니다.</translation>
    </message>
    <message>
        <source>Unlearned</source>
        <translation>잊어버림</translation>
    </message>
    <message>
        <source>Corrections that it trained on</source>
        <translation>학습에 쓴 수정</translation>
    </message>
    <message>
        <source>Distance of the corrected landmarks from the label, in percent of the norm.</source>
        <translation>수정한 랜드마크와 레이블의 거리(기준 거리의 %).</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>이전</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>지금</translation>
    </message>
    <message>
        <source>Face</source>
        <translation>얼굴</translation>
    </message>
    <message>
        <source>Mean error (NME)</source>
        <translation>평균 오차(NME)</translation>
    </message>
    <message>
        <source>Mean error to curves</source>
        <translation>곡선까지의 평균 오차</translation>
    </message>
    <message>
        <source>Faces worse than 10 % (FR10)</source>
        <translation>오차가 10%를 넘는 얼굴(FR10)</translation>
    </message>
    <message>
        <source>Area under the curve up to 10 % (AUC10)</source>
        <translation>10%까지 곡선 아래 넓이(AUC10)</translation>
    </message>
    <message>
        <source>Trained on {manual}.</source>
        <translation>{manual}로 학습했습니다.</translation>
    </message>
    <message>
        <source>Trained on {manual} and {pseudo}.</source>
        <translation>{manual}와 {pseudo}로 학습했습니다.</translation>
    </message>
    <message>
        <source>Its landmarks are adjusted to what {count} of these faces have in common: on manual labels that it was not learned from, they are off by {after} % instead of {before} %.</source>
        <translation>이 얼굴 {count}개에서 공통으로 벗어난 만큼 랜드마크를 조정합니다. 조정을 배우는 데 쓰지 않은 수동 레이블에서 오차가 {before} %에서 {after} %로 바뀝니다.</translation>
    </message>
    <message>
        <source>The proposal of 1 face moved by {mean} % of the face.</source>
        <translation>얼굴 1개의 제안이 얼굴 크기의 {mean}%만큼 움직였습니다.</translation>
    </message>
    <message>
        <source>The proposals of {count} faces moved by {mean} % of the face on average.</source>
        <translation>얼굴 {count}개의 제안이 평균 얼굴 크기의 {mean}%만큼 움직였습니다.</translation>
    </message>
    <message>
        <source>Its quality is unknown: there are no faces to measure by.</source>
        <translation>측정할 얼굴이 없어 품질을 알 수 없습니다.</translation>
    </message>
    <message>
        <source>Audit: {nme} % on 1 face</source>
        <translation>검증: 얼굴 1개에서 {nme} %</translation>
    </message>
    <message>
        <source>Audit: {nme} % on {count} faces</source>
        <translation>검증: 얼굴 {count}개에서 {nme} %</translation>
    </message>
    <message>
        <source>{measured}.</source>
        <translation>{measured}.</translation>
    </message>
    <message>
        <source>{measured}, {points} points better than {model} (95 %: {low} to {high}).</source>
        <translation>{measured}, {model}보다 {points}포인트 좋음(95 %: {low}~{high}).</translation>
    </message>
    <message>
        <source>{measured}, {points} points worse than {model} (95 %: {low} to {high}).</source>
        <translation>{measured}, {model}보다 {points}포인트 나쁨(95 %: {low}~{high}).</translation>
    </message>
    <message>
        <source>The circles around landmarks are not calibrated for this network: that takes at least {count} labelled faces to measure by.</source>
        <translation>랜드마크 둘레의 원은 이 네트워크에 맞춰지지 않았습니다. 그러려면 레이블이 있는 측정용 얼굴이 {count}개 이상 필요합니다.</translation>
    </message>
    <message>
        <source>Free some space, or choose another place, then try again.</source>
        <translation>공간을 확보하거나 다른 위치를 고른 뒤 다시 시도하세요.</translation>
    </message>
    <message>
        <source>{file} is not a packed round.</source>
        <translation>{file}은(는) 라운드 묶음 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>Choose a file that &apos;labeltool round pack&apos; wrote.</source>
        <translation>&apos;labeltool round pack&apos;이 만든 파일을 선택하세요.</translation>
    </message>
    <message>
        <source>{file} does not hold the results of a packed round.</source>
        <translation>{file}에는 묶음 라운드의 결과가 없습니다.</translation>
    </message>
    <message>
        <source>Choose a file that &apos;labeltool round run&apos; wrote.</source>
        <translation>&apos;labeltool round run&apos;이 만든 파일을 선택하세요.</translation>
    </message>
    <message>
        <source>PDF page (*.pdf)</source>
        <translation>PDF 문서 (*.pdf)</translation>
    </message>
    <message>
        <source>Export the certificate</source>
        <translation>인증서 내보내기</translation>
    </message>
    <message>
        <source>Reviewer</source>
        <translation>검토자</translation>
    </message>
    <message>
        <source>Made</source>
        <translation>작성 시각</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>모델</translation>
    </message>
    <message>
        <source>Digest</source>
        <translation>다이제스트</translation>
    </message>
    <message>
        <source>{file} was written by a newer version of labeltool.</source>
        <translation>{file}은(는) 더 새로운 버전의 labeltool이 만든 파일입니다.</translation>
    </message>
    <message>
        <source>Install the same version on both machines.</source>
        <translation>두 컴퓨터에 같은 버전을 설치하세요.</translation>
    </message>
    <message>
        <source>{file} is damaged: {name} in it is not what was packed.</source>
        <translation>{file}이(가) 손상되었습니다: 안에 있는 {name}이(가) 처음 묶은 것과 다릅니다.</translation>
    </message>
    <message>
        <source>Copy it again from the machine that wrote it.</source>
        <translation>파일을 만든 컴퓨터에서 다시 복사하세요.</translation>
    </message>
    <message>
        <source>The results in {file} were brought in already.</source>
        <translation>{file}의 결과는 이미 가져왔습니다.</translation>
    </message>
    <message>
        <source>The round of the results in {file} was deleted.</source>
        <translation>{file}에 있는 결과의 라운드는 삭제되었습니다.</translation>
    </message>
    <message>
        <source>Pack another one.</source>
        <translation>라운드를 다시 묶으세요.</translation>
    </message>
    <message>
        <source>{file} holds the results of a round that this project did not pack.</source>
        <translation>{file}에는 이 프로젝트가 묶지 않은 라운드의 결과가 있습니다.</translation>
    </message>
    <message>
        <source>Open the project that packed it.</source>
        <translation>그 라운드를 묶은 프로젝트를 여세요.</translation>
    </message>
    <message>
        <source>Free some space, then try again.</source>
        <translation>공간을 확보하고 다시 시도하세요.</translation>
    </message>
    <message>
        <source>1 photo could not be opened and is not in it.</source>
        <translation>사진 1장은 열 수 없어 포함되지 않았습니다.</translation>
    </message>
    <message>
        <source>{count} photos could not be opened and are not in it.</source>
        <translation>사진 {count}장은 열 수 없어 포함되지 않았습니다.</translation>
    </message>
    <message>
        <source>The round is packed in {file}.</source>
        <translation>라운드를 {file}에 묶었습니다.</translation>
    </message>
    <message>
        <source>Train it on another machine with &apos;labeltool round run&apos;, then bring its results in.</source>
        <translation>다른 컴퓨터에서 &apos;labeltool round run&apos;으로 학습한 뒤 결과를 가져오세요.</translation>
    </message>
    <message>
        <source>The network {file} is not there any more.</source>
        <translation>네트워크 {file}이(가) 더 이상 없습니다.</translation>
    </message>
    <message>
        <source>Put it back, or choose another start.</source>
        <translation>다시 넣어 두거나 다른 시작 네트워크를 선택하세요.</translation>
    </message>
    <message>
        <source>Round report</source>
        <translation>라운드 보고서</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>인증서</translation>
    </message>
    <message>
        <source>Certificate</source>
        <translation>인증서</translation>
    </message>
    <message>
        <source>Still accepted</source>
        <translation>아직 수락 상태</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>확인</translation>
    </message>
    <message>
        <source>Draw and calculate it again, and compare it with the faces and photos as they are</source>
        <translation>다시 추첨하고 계산하여 현재의 얼굴과 사진에 비교합니다</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Nothing was accepted with a guarantee yet.</source>
        <translation>아직 보장과 함께 수락한 것이 없습니다.</translation>
    </message>
    <message>
        <source>Checking…</source>
        <translation>확인하는 중…</translation>
    </message>
    <message>
        <source>Checking a certificate</source>
        <translation>인증서 확인</translation>
    </message>
    <message>
        <source>The certificate is sound, and agrees with this project.</source>
        <translation>인증서에 이상이 없으며 이 프로젝트와 일치합니다.</translation>
    </message>
    <message>
        <source>Report of</source>
        <translation>보고서</translation>
    </message>
    <message>
        <source>compared with</source>
        <translation>비교 대상</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>품질</translation>
    </message>
    <message>
        <source>Your corrections</source>
        <translation>내 수정</translation>
    </message>
    <message>
        <source>Reading the report…</source>
        <translation>보고서를 읽는 중…</translation>
    </message>
    <message>
        <source>Reading a report</source>
        <translation>보고서 읽기</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>웹 페이지 (*.html)</translation>
    </message>
    <message>
        <source>JSON file (*.json)</source>
        <translation>JSON 파일 (*.json)</translation>
    </message>
    <message>
        <source>Export the report</source>
        <translation>보고서 내보내기</translation>
    </message>
    <message>
        <source>Wrote {file}.</source>
        <translation>{file}에 저장했습니다.</translation>
    </message>
    <message>
        <source>List them</source>
        <translation>목록에 표시</translation>
    </message>
    <message>
        <source>Show only these faces in the window</source>
        <translation>이 얼굴만 창에 표시합니다</translation>
    </message>
    <message>
        <source>Show report</source>
        <translation>보고서 보기</translation>
    </message>
    <message>
        <source>Round {number} is ready.</source>
        <translation>라운드 {number}이(가) 준비되었습니다.</translation>
    </message>
    <message>
        <source>It waits until you promote it.</source>
        <translation>승격할 때까지 기다립니다.</translation>
    </message>
    <message>
        <source>Reading the report</source>
        <translation>보고서 읽는 중</translation>
    </message>
    <message>
        <source>Memory ran out. The training goes on with 1 face at once, which is slower.</source>
        <translation>메모리가 부족해졌습니다. 한 번에 얼굴 1개씩 학습을 계속하며, 더 느립니다.</translation>
    </message>
    <message>
        <source>Memory ran out. The training goes on with {count} faces at once, which is slower.</source>
        <translation>메모리가 부족해졌습니다. 한 번에 얼굴 {count}개씩 학습을 계속하며, 더 느립니다.</translation>
    </message>
    <message>
        <source>Faces as the network sees them now</source>
        <translation>지금 네트워크가 보는 얼굴</translation>
    </message>
    <message>
        <source>Faces whose labels the round does not train on, with the landmarks that the network proposes after the last epoch</source>
        <translation>라운드가 레이블로 학습하지 않는 얼굴과, 마지막 에포크 뒤에 네트워크가 제안하는 랜드마크</translation>
    </message>
    <message>
        <source>Reading sample faces</source>
        <translation>예시 얼굴 읽기</translation>
    </message>
    <message>
        <source>Shown after the first epoch.</source>
        <translation>첫 에포크가 끝나면 표시됩니다.</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>합계</translation>
    </message>
    <message>
        <source>Cell</source>
        <translation>칸</translation>
    </message>
    <message>
        <source>Place in the cell</source>
        <translation>칸 안 위치</translation>
    </message>
    <message>
        <source>Neighbours</source>
        <translation>이웃</translation>
    </message>
    <message>
        <source>The loss, which the training makes smaller, over the images that it has seen. Cell: in which cell of its grid the network sees a landmark. Place in the cell: where in it. Neighbours: where it expects the landmarks nearby.</source>
        <translation>학습이 줄여 가는 손실을, 지금까지 본 이미지 수에 따라 보여 줍니다. 칸: 네트워크가 격자의 어느 칸에서 랜드마크를 보는지. 칸 안 위치: 그 칸의 어디인지. 이웃: 가까운 랜드마크를 어디로 예상하는지.</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>손실</translation>
    </message>
    <message>
        <source>Curves</source>
        <translation>곡선</translation>
    </message>
    <message>
        <source>The mean error (NME) on the faces to measure by, after each epoch, in percent of what the scheme measures by, such as the distance of the eyes. Curves: the distance to the curves through the landmarks.</source>
        <translation>에포크마다 측정용 얼굴에서 잰 평균 오차(NME)이며, 두 눈 사이 거리처럼 랜드마크 구성이 기준으로 삼는 길이에 대한 백분율입니다. 곡선: 랜드마크를 잇는 곡선까지의 거리.</translation>
    </message>
    <message>
        <source>Error, %</source>
        <translation>오차, %</translation>
    </message>
    <message>
        <source>The error is unknown: there are no faces to measure by.</source>
        <translation>측정용 얼굴이 없어 오차를 알 수 없습니다.</translation>
    </message>
    <message>
        <source>The error is measured after each epoch.</source>
        <translation>오차는 에포크마다 측정합니다.</translation>
    </message>
    <message>
        <source>Faces now</source>
        <translation>지금의 얼굴</translation>
    </message>
    <message>
        <source>A tolerance is {low} to {high} % of the norm, not {percent} %.</source>
        <translation>허용 오차는 기준 거리의 {low}~{high} %이며 {percent} %일 수 없습니다.</translation>
    </message>
    <message>
        <source>A landmark is right within {percent} % of the norm.</source>
        <translation>랜드마크는 기준 거리의 {percent} % 이내이면 맞습니다.</translation>
    </message>
    <message>
        <source>{percent:.1f} %</source>
        <translation>{percent:.1f} %</translation>
    </message>
    <message>
        <source>{percent:g} %</source>
        <translation>{percent:g} %</translation>
    </message>
    <message>
        <source>{pixels} px</source>
        <translation>{pixels}픽셀</translation>
    </message>
    <message>
        <source>expected error unknown</source>
        <translation>예상 오차 알 수 없음</translation>
    </message>
    <message>
        <source>expected error {error}</source>
        <translation>예상 오차 {error}</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>{pixels} ({percent})</source>
        <translation>{pixels} ({percent})</translation>
    </message>
    <message>
        <source>Expected error unknown</source>
        <translation>예상 오차 알 수 없음</translation>
    </message>
    <message>
        <source>Expected {pixels} ({percent})</source>
        <translation>예상 오차 {pixels} ({percent})</translation>
    </message>
    <message>
        <source>Expected {pixels} ({percent}), 90 % within {radius}</source>
        <translation>예상 오차 {pixels} ({percent}), 90 %는 {radius} 이내</translation>
    </message>
    <message>
        <source>Memory ran out. Faces are predicted one at a time from now on, which is slower.</source>
        <translation>메모리가 부족해졌습니다. 지금부터 얼굴을 한 번에 하나씩 예측하며, 더 느립니다.</translation>
    </message>
    <message>
        <source>Memory ran out. {count} faces are predicted at once from now on, which is slower.</source>
        <translation>메모리가 부족해졌습니다. 지금부터 한 번에 얼굴 {count}개씩 예측하며, 더 느립니다.</translation>
    </message>
    <message>
        <source>Faces are predicted without ONNX Runtime, which is slower: {reason}.</source>
        <translation>ONNX Runtime 없이 얼굴을 예측하며, 더 느립니다: {reason}.</translation>
    </message>
    <message>
        <source>A circle shows where a landmark truly lies in 9 of 10 faces. Whether that holds is looked at on random faces that a person labelled: those to measure by.</source>
        <translation>원은 얼굴 10개 중 9개에서 랜드마크의 실제 위치가 들어 있는 범위입니다. 사람이 레이블한 무작위 얼굴(측정용 얼굴)로 이를 확인합니다.</translation>
    </message>
    <message>
        <source>Checking circles</source>
        <translation>원 확인 중</translation>
    </message>
    <message>
        <source>Circles held {percent} % of {count} points, expected {expected}.</source>
        <translation>원 안에 점 {count}개 중 {percent} %가 들었습니다(예상 {expected} %).</translation>
    </message>
    <message>
        <source>Circles held {percent} % of {count} points, expected {expected}: label {more} more random faces and start a round.</source>
        <translation>원 안에 점 {count}개 중 {percent} %가 들었습니다(예상 {expected} %). 무작위 얼굴 {more}개를 더 레이블하고 라운드를 시작하세요.</translation>
    </message>
    <message>
        <source>Circles held only {percent} % of {count} points, expected {expected}. Do not rely on them: label {more} more random faces and start a round.</source>
        <translation>원 안에 점 {count}개 중 {percent} %만 들었습니다(예상 {expected} %). 원을 믿지 말고, 무작위 얼굴 {more}개를 더 레이블한 뒤 라운드를 시작하세요.</translation>
    </message>
    <message>
        <source>This network has no expected errors: add {count} faces to measure by, label them and start a round.</source>
        <translation>이 네트워크에는 예상 오차가 없습니다. 측정용 얼굴 {count}개를 추가하고 레이블한 뒤 라운드를 시작하세요.</translation>
    </message>
    <message>
        <source>Circles are not calibrated for this network: add {more} faces to measure by, label them and start a round.</source>
        <translation>원이 이 네트워크에 맞춰지지 않았습니다. 측정용 얼굴 {more}개를 추가하고 레이블한 뒤 라운드를 시작하세요.</translation>
    </message>
    <message>
        <source>Circles rest on {count} faces only: label {more} more random faces and start a round.</source>
        <translation>원은 얼굴 {count}개에만 근거합니다. 무작위 얼굴 {more}개를 더 레이블하고 라운드를 시작하세요.</translation>
    </message>
    <message>
        <source>Circles rest on {count} labelled faces.</source>
        <translation>원은 레이블이 있는 얼굴 {count}개에 근거합니다.</translation>
    </message>
    <message>
        <source>Waits for another round, which uses {device}.</source>
        <translation>{device}을(를) 쓰는 다른 라운드를 기다립니다.</translation>
    </message>
    <message>
        <source>Waits for a prediction of the project {project}, which uses {device}.</source>
        <translation>프로젝트 {project}의 예측이 {device}을(를) 쓰고 있어 기다립니다.</translation>
    </message>
    <message>
        <source>Waits for round {number} of the project {project}, which uses {device}.</source>
        <translation>프로젝트 {project}의 라운드 {number}이(가) {device}을(를) 쓰고 있어 기다립니다.</translation>
    </message>
    <message>
        <source>Duplicate faces</source>
        <translation>중복된 얼굴</translation>
    </message>
    <message>
        <source>Left and right swapped</source>
        <translation>좌우 바뀜</translation>
    </message>
    <message>
        <source>A pair swapped</source>
        <translation>한 쌍의 좌우 바뀜</translation>
    </message>
    <message>
        <source>Contour out of order</source>
        <translation>윤곽 순서 오류</translation>
    </message>
    <message>
        <source>Eye outside the face</source>
        <translation>얼굴 밖의 눈</translation>
    </message>
    <message>
        <source>Landmark outside the photo</source>
        <translation>사진 밖의 랜드마크</translation>
    </message>
    <message>
        <source>Two landmarks in one place</source>
        <translation>한 자리에 겹친 랜드마크</translation>
    </message>
    <message>
        <source>Crossed contours</source>
        <translation>교차한 윤곽</translation>
    </message>
    <message>
        <source>Landmark far off</source>
        <translation>멀리 벗어난 랜드마크</translation>
    </message>
    <message>
        <source>Unlike all other faces</source>
        <translation>다른 얼굴과 전혀 다름</translation>
    </message>
    <message>
        <source>Box and landmarks apart</source>
        <translation>박스와 랜드마크 불일치</translation>
    </message>
    <message>
        <source>Contradictory visibility</source>
        <translation>모순된 표시 상태</translation>
    </message>
    <message>
        <source>Swap them back</source>
        <translation>다시 맞바꾸기</translation>
    </message>
    <message>
        <source>Put them in order</source>
        <translation>순서 바로잡기</translation>
    </message>
    <message>
        <source>Move to the expected place</source>
        <translation>예상 위치로 옮기기</translation>
    </message>
    <message>
        <source>Fit the box to the landmarks</source>
        <translation>박스를 랜드마크에 맞추기</translation>
    </message>
    <message>
        <source>Correct the visibility</source>
        <translation>표시 상태 바로잡기</translation>
    </message>
    <message>
        <source>Exclude this face</source>
        <translation>이 얼굴 제외</translation>
    </message>
    <message>
        <source>Another face on this photo has the same place.</source>
        <translation>이 사진의 다른 얼굴과 위치가 같습니다.</translation>
    </message>
    <message>
        <source>The left and right side of the face are swapped.</source>
        <translation>얼굴의 왼쪽과 오른쪽이 서로 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Left and right are swapped: {landmarks}.</source>
        <translation>왼쪽과 오른쪽이 바뀌었습니다: {landmarks}.</translation>
    </message>
    <message>
        <source>Along the contour, landmarks are out of order: {landmarks}.</source>
        <translation>윤곽을 따라 랜드마크의 순서가 맞지 않습니다: {landmarks}.</translation>
    </message>
    <message>
        <source>An eye lies outside the face: {landmarks}.</source>
        <translation>눈이 얼굴 밖에 있습니다: {landmarks}.</translation>
    </message>
    <message>
        <source>Outside the photo: {landmarks}.</source>
        <translation>사진 밖에 있습니다: {landmarks}.</translation>
    </message>
    <message>
        <source>Two landmarks are in one place: {landmarks}.</source>
        <translation>두 랜드마크가 한 자리에 있습니다: {landmarks}.</translation>
    </message>
    <message>
        <source>Two contours cross: {landmarks}.</source>
        <translation>두 윤곽이 교차합니다: {landmarks}.</translation>
    </message>
    <message>
        <source>Far from where the other landmarks expect it: {landmarks}.</source>
        <translation>다른 랜드마크로 예상되는 위치에서 멀리 벗어났습니다: {landmarks}.</translation>
    </message>
    <message>
        <source>This face is unlike all others.</source>
        <translation>이 얼굴은 다른 모든 얼굴과 다릅니다.</translation>
    </message>
    <message>
        <source>The box and the landmarks do not belong together.</source>
        <translation>박스와 랜드마크가 서로 맞지 않습니다.</translation>
    </message>
    <message>
        <source>Marked absent but placed, or visible without a place: {landmarks}.</source>
        <translation>없음으로 표시되었으나 위치가 있거나, 보임인데 위치가 없습니다: {landmarks}.</translation>
    </message>
    <message>
        <source>{count} landmarks</source>
        <translation>랜드마크 {count}개</translation>
    </message>
    <message>
        <source>Expected error (% of the norm)</source>
        <translation>예상 오차(기준 거리의 %)</translation>
    </message>
    <message>
        <source>Measured error (%)</source>
        <translation>측정한 오차(%)</translation>
    </message>
    <message>
        <source>Each dot is a face to measure by: on the line, its error is as large as expected; above it, larger.</source>
        <translation>점 하나가 측정용 얼굴 하나입니다. 선 위에 있으면 오차가 예상만큼이고, 선보다 위에 있으면 더 큽니다.</translation>
    </message>
    <message>
        <source>Checking faces</source>
        <translation>얼굴 검사 중</translation>
    </message>
    <message>
        <source>Ignored: {finding}</source>
        <translation>무시함: {finding}</translation>
    </message>
    <message numerus="yes">
        <source>And %Ln more finding(s).</source>
        <translation>
            <numerusform>그 밖에 문제 %Ln개가 더 있습니다.</numerusform>
        </translation>
    </message>
    <message>
        <source>What mends this finding (R); undo takes it back</source>
        <translation>이 문제를 바로잡습니다(R). 되돌릴 수 있습니다</translation>
    </message>
    <message>
        <source>Show again</source>
        <translation>다시 표시</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>무시</translation>
    </message>
    <message>
        <source>Whether this finding counts for this face (Shift+R)</source>
        <translation>이 얼굴에서 이 문제를 셀지 여부(Shift+R)</translation>
    </message>
    <message>
        <source>This face has changed since it was checked.</source>
        <translation>검사한 뒤에 이 얼굴이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Decide on it, then look again.</source>
        <translation>판정한 다음 다시 확인하세요.</translation>
    </message>
    <message>
        <source>Too few faces are known to say where the landmarks belong.</source>
        <translation>랜드마크의 위치를 예상하기에는 알려진 얼굴이 너무 적습니다.</translation>
    </message>
    <message>
        <source>Move them by hand.</source>
        <translation>직접 옮기세요.</translation>
    </message>
    <message>
        <source>There is no such acceptance.</source>
        <translation>그런 수락 작업이 없습니다.</translation>
    </message>
    <message>
        <source>Start a new one.</source>
        <translation>새로 시작하세요.</translation>
    </message>
    <message>
        <source>This face was judged already.</source>
        <translation>이 얼굴은 이미 판정했습니다.</translation>
    </message>
    <message>
        <source>Look at the next one.</source>
        <translation>다음 얼굴을 보세요.</translation>
    </message>
    <message>
        <source>No certificate is called {name}.</source>
        <translation>이름이 {name}인 인증서가 없습니다.</translation>
    </message>
    <message>
        <source>Several certificates begin with {name}.</source>
        <translation>{name}(으)로 시작하는 인증서가 여러 개입니다.</translation>
    </message>
    <message>
        <source>&apos;labeltool certificate list&apos; shows them all.</source>
        <translation>&apos;labeltool certificate list&apos;가 모두 보여 줍니다.</translation>
    </message>
    <message>
        <source>No face there has a proposal that nobody judged.</source>
        <translation>아무도 판정하지 않은 제안이 있는 얼굴이 없습니다.</translation>
    </message>
    <message>
        <source>Predict first, or choose another filter.</source>
        <translation>먼저 예측하거나 다른 필터를 고르세요.</translation>
    </message>
    <message>
        <source>This acceptance is finished.</source>
        <translation>이 수락 작업은 끝났습니다.</translation>
    </message>
    <message>
        <source>The guarantee holds for {count:,} of {total:,} faces.</source>
        <translation>얼굴 {total:,}개 중 {count:,}개에 대해 보증이 성립합니다.</translation>
    </message>
    <message>
        <source>Too many faces are wrong: the guarantee cannot hold.</source>
        <translation>틀린 얼굴이 너무 많아 보증이 성립할 수 없습니다.</translation>
    </message>
    <message>
        <source>It is not in reach for {count:,} faces.</source>
        <translation>얼굴 {count:,}개에 대한 보증은 아직 멀었습니다.</translation>
    </message>
    <message>
        <source>1 more clean face would do for {size:,} faces.</source>
        <translation>맞는 얼굴이 1개 더 있으면 얼굴 {size:,}개에 대해 성립합니다.</translation>
    </message>
    <message>
        <source>{count} more clean faces would do for {size:,} faces.</source>
        <translation>맞는 얼굴이 {count}개 더 있으면 얼굴 {size:,}개에 대해 성립합니다.</translation>
    </message>
    <message>
        <source>The guarantee does not hold for any face yet.</source>
        <translation>아직 어떤 얼굴에도 보증이 성립하지 않습니다.</translation>
    </message>
    <message>
        <source>Look at more faces.</source>
        <translation>얼굴을 더 보세요.</translation>
    </message>
    <message>
        <source>Every one of these faces was decided meanwhile.</source>
        <translation>그 사이 이 얼굴이 모두 판정되었습니다.</translation>
    </message>
    <message>
        <source>The proposals of {count:,} faces changed since this acceptance began.</source>
        <translation>이 수락 작업을 시작한 뒤 얼굴 {count:,}개의 제안이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>Start a new one: what was looked at says nothing about the new proposals.</source>
        <translation>새로 시작하세요. 지금까지 본 것은 새 제안에 대해 아무것도 말해 주지 않습니다.</translation>
    </message>
    <message>
        <source>The share of wrong faces must be above 0 and below 50 %.</source>
        <translation>틀린 얼굴의 비율은 0보다 크고 50 %보다 작아야 합니다.</translation>
    </message>
    <message>
        <source>The confidence must be at least 50 % and below 100 %.</source>
        <translation>신뢰 수준은 50 % 이상 100 % 미만이어야 합니다.</translation>
    </message>
    <message>
        <source>{name} is no way to group faces.</source>
        <translation>{name}(으)로는 얼굴을 나눌 수 없습니다.</translation>
    </message>
    <message>
        <source>Choose one of these: folder, pose.</source>
        <translation>folder, pose 중에서 고르세요.</translation>
    </message>
    <message>
        <source>The shares of faces to try must be above 0 and at most 100 %.</source>
        <translation>시도할 얼굴의 비율은 0보다 크고 100 % 이하여야 합니다.</translation>
    </message>
    <message>
        <source>Choose others.</source>
        <translation>다른 값을 고르세요.</translation>
    </message>
    <message>
        <source>At most {limit} % of these {count:,} faces have a landmark off by more than {tolerance} % of the norm, with {confidence} % confidence.</source>
        <translation>이 얼굴 {count:,}개 중 랜드마크가 기준 거리의 {tolerance} %를 넘게 벗어난 얼굴은 많아야 {limit} %입니다(신뢰 수준 {confidence} %).</translation>
    </message>
    <message>
        <source>The settings of this acceptance cannot be read.</source>
        <translation>이 수락 작업의 설정을 읽을 수 없습니다.</translation>
    </message>
    <message>
        <source>Update this program, or start a new one.</source>
        <translation>프로그램을 업데이트하거나 새로 시작하세요.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}.</source>
        <translation>{path}: 읽을 수 없습니다({reason}).</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>다른 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{path} is not a certificate.</source>
        <translation>{path}은(는) 인증서가 아닙니다.</translation>
    </message>
    <message>
        <source>Choose a JSON file that &apos;labeltool certificate export&apos; wrote.</source>
        <translation>&apos;labeltool certificate export&apos;가 만든 JSON 파일을 고르세요.</translation>
    </message>
    <message>
        <source>{path} was written by another version of this program.</source>
        <translation>{path}은(는) 이 프로그램의 다른 버전이 만들었습니다.</translation>
    </message>
    <message>
        <source>Update this program.</source>
        <translation>프로그램을 업데이트하세요.</translation>
    </message>
    <message>
        <source>The certificate is damaged: something is missing or of a wrong kind.</source>
        <translation>인증서가 손상되었습니다. 빠지거나 형식이 잘못된 내용이 있습니다.</translation>
    </message>
    <message>
        <source>The digest does not fit: the file was changed.</source>
        <translation>다이제스트가 맞지 않습니다. 파일이 바뀌었습니다.</translation>
    </message>
    <message>
        <source>The digest of the faces does not fit.</source>
        <translation>얼굴 목록의 다이제스트가 맞지 않습니다.</translation>
    </message>
    <message>
        <source>A set is certified that was never tested.</source>
        <translation>시험하지 않은 얼굴 집합이 인증되어 있습니다.</translation>
    </message>
    <message>
        <source>A face is listed twice.</source>
        <translation>같은 얼굴이 두 번 적혀 있습니다.</translation>
    </message>
    <message>
        <source>The statement is not what the settings say.</source>
        <translation>보증 문구가 설정과 다릅니다.</translation>
    </message>
    <message>
        <source>A face was judged twice.</source>
        <translation>같은 얼굴을 두 번 판정했습니다.</translation>
    </message>
    <message>
        <source>More faces were accepted than may be.</source>
        <translation>허용된 것보다 많은 얼굴을 수락했습니다.</translation>
    </message>
    <message>
        <source>The reviewer found {found} of {planted} planted faces, which is not stated.</source>
        <translation>검토자는 심어 둔 얼굴 {planted}개 중 {found}개를 찾았는데, 적힌 내용과 다릅니다.</translation>
    </message>
    <message>
        <source>More faces were planted than may be.</source>
        <translation>허용된 것보다 많은 얼굴을 심었습니다.</translation>
    </message>
    <message>
        <source>{count} of the judged faces are not those that the seed draws.</source>
        <translation>판정한 얼굴 중 {count}개는 시드가 뽑는 얼굴이 아닙니다.</translation>
    </message>
    <message>
        <source>The bound does not hold for {count:,} faces: {e} of {needed}.</source>
        <translation>얼굴 {count:,}개에 대해 한계가 성립하지 않습니다: {needed} 중 {e}.</translation>
    </message>
    <message>
        <source>The result for {count:,} faces is another one than stated.</source>
        <translation>얼굴 {count:,}개에 대한 결과가 적힌 것과 다릅니다.</translation>
    </message>
    <message>
        <source>Results are stated of sets that are not listed.</source>
        <translation>목록에 없는 얼굴 집합의 결과가 적혀 있습니다.</translation>
    </message>
    <message>
        <source>The certificate is of another project.</source>
        <translation>다른 프로젝트의 인증서입니다.</translation>
    </message>
    <message>
        <source>The project does not know this certificate.</source>
        <translation>이 프로젝트에는 이 인증서가 없습니다.</translation>
    </message>
    <message>
        <source>{count:,} of its faces are not in the project.</source>
        <translation>얼굴 {count:,}개가 프로젝트에 없습니다.</translation>
    </message>
    <message>
        <source>{count:,} photos are others than certified.</source>
        <translation>사진 {count:,}장이 인증된 것과 다릅니다.</translation>
    </message>
    <message>
        <source>{count:,} proposals are others than certified.</source>
        <translation>제안 {count:,}개가 인증된 것과 다릅니다.</translation>
    </message>
    <message>
        <source>The files of {count:,} photos are others than certified.</source>
        <translation>사진 파일 {count:,}개가 인증된 것과 다릅니다.</translation>
    </message>
    <message>
        <source>Stop labelling: the difference between two looks of yours ({differing} % of faces) is larger than what is left ({wrong} % of faces are wrong).</source>
        <translation>레이블링을 멈추세요. 같은 얼굴을 두 번 보고 다르게 판단한 비율({differing} %)이 남은 오류(얼굴의 {wrong} %)보다 큽니다.</translation>
    </message>
    <message>
        <source>About {count} more faces would bring {gain} ± {deviation} points.</source>
        <translation>얼굴 {count}개를 더 하면 약 {gain} ± {deviation} 포인트 좋아집니다.</translation>
    </message>
    <message>
        <source>About {count} more faces ({minutes} min) would bring {gain} ± {deviation} points.</source>
        <translation>얼굴 {count}개를 더 하면({minutes}분) 약 {gain} ± {deviation} 포인트 좋아집니다.</translation>
    </message>
    <message>
        <source>That is by rounds of other projects: this one has no two rounds to learn from.</source>
        <translation>이 프로젝트에는 근거가 될 두 라운드가 없어 다른 프로젝트의 라운드로 추정했습니다.</translation>
    </message>
    <message>
        <source>The time and moves that a face takes are measured. They stay in this project.</source>
        <translation>얼굴 하나에 드는 시간과 이동을 측정합니다. 이 프로젝트에만 저장됩니다.</translation>
    </message>
    <message>
        <source>Time and moves are no longer measured; what was measured is deleted.</source>
        <translation>시간과 이동을 더는 측정하지 않습니다. 측정한 것은 삭제했습니다.</translation>
    </message>
    <message>
        <source>Mean face</source>
        <translation>평균 얼굴</translation>
    </message>
    <message>
        <source>Click a landmark to look at it on every face</source>
        <translation>랜드마크를 클릭하면 모든 얼굴에서 그 랜드마크를 봅니다</translation>
    </message>
    <message>
        <source>Patches of one landmark</source>
        <translation>한 랜드마크의 조각 사진</translation>
    </message>
    <message>
        <source>Nothing was stored: the faces were changed meanwhile.</source>
        <translation>저장하지 않았습니다. 그 사이에 얼굴이 변경되었습니다.</translation>
    </message>
    <message>
        <source>point {landmark} of a face looked at</source>
        <translation>얼굴의 점 {landmark} 확인</translation>
    </message>
    <message>
        <source>point {landmark} of {count} faces looked at</source>
        <translation>얼굴 {count}개의 점 {landmark} 확인</translation>
    </message>
    <message>
        <source>{what}, {decided} decided</source>
        <translation>{what}, {decided}개 결정</translation>
    </message>
    <message>
        <source>1 point passed.</source>
        <translation>점 1개가 통과했습니다.</translation>
    </message>
    <message>
        <source>{count} points passed.</source>
        <translation>점 {count}개가 통과했습니다.</translation>
    </message>
    <message>
        <source>1 marked wrong.</source>
        <translation>1개를 틀렸다고 표시했습니다.</translation>
    </message>
    <message>
        <source>{count} marked wrong.</source>
        <translation>{count}개를 틀렸다고 표시했습니다.</translation>
    </message>
    <message>
        <source>1 face is decided by it.</source>
        <translation>이것으로 얼굴 1개가 결정되었습니다.</translation>
    </message>
    <message>
        <source>{count} faces are decided by it.</source>
        <translation>이것으로 얼굴 {count}개가 결정되었습니다.</translation>
    </message>
    <message>
        <source>Label files of other tools (*)</source>
        <translation>다른 도구의 라벨 파일 (*)</translation>
    </message>
    <message>
        <source>Accept with a guarantee</source>
        <translation>보장과 함께 수락</translation>
    </message>
    <message>
        <source>Drawing faces</source>
        <translation>얼굴 추첨</translation>
    </message>
    <message>
        <source>Accepting with a guarantee</source>
        <translation>보장과 함께 수락하는 중</translation>
    </message>
    <message>
        <source>The face to judge</source>
        <translation>판단할 얼굴</translation>
    </message>
    <message>
        <source>Reading the photo…</source>
        <translation>사진을 읽는 중…</translation>
    </message>
    <message>
        <source>Look at more faces</source>
        <translation>얼굴 더 보기</translation>
    </message>
    <message>
        <source>Export certificate…</source>
        <translation>인증서 내보내기…</translation>
    </message>
    <message>
        <source>How this is calculated</source>
        <translation>계산 방법</translation>
    </message>
    <message>
        <source>{count:,} faces can be accepted with the guarantee.</source>
        <translation>얼굴 {count:,}개를 보장과 함께 수락할 수 있습니다.</translation>
    </message>
    <message>
        <source>Faces that you called wrong are not among them.</source>
        <translation>틀리다고 판단한 얼굴은 포함되지 않습니다.</translation>
    </message>
    <message>
        <source>No set of these faces can be accepted with this guarantee.</source>
        <translation>이 얼굴 중 어느 묶음도 이 보장으로 수락할 수 없습니다.</translation>
    </message>
    <message>
        <source>Train a round on your corrections and predict again; or ask for less: a larger share, a wider tolerance, or a filter with fewer hard faces.</source>
        <translation>수정한 것으로 라운드를 학습하고 다시 예측하세요. 또는 조건을 낮추세요: 더 큰 비율, 더 넓은 허용 오차, 어려운 얼굴이 적은 필터.</translation>
    </message>
    <message>
        <source>Accepted with the guarantee.</source>
        <translation>보장과 함께 수락했습니다.</translation>
    </message>
    <message>
        <source>Certificate {name}, kept in the project.</source>
        <translation>인증서 {name}이(가) 프로젝트에 저장되었습니다.</translation>
    </message>
    <message>
        <source>Some of the faces were shifted on purpose: you found {found} of {planted}. The guarantee reckons with what anybody misses.</source>
        <translation>일부 얼굴은 일부러 점을 옮긴 것이었습니다. {planted}개 중 {found}개를 찾았습니다. 누구나 놓치는 것이 있으며 보장은 이를 계산에 넣습니다.</translation>
    </message>
    <message>
        <source>{repeats} faces came twice; you said the same of {same}.</source>
        <translation>얼굴 {repeats}개가 두 번 나왔고, 그중 {same}개에 같은 판단을 했습니다.</translation>
    </message>
    <message>
        <source>{size:,} faces: {looked:,} looked at, {wrong} wrong, e-value {e:.1f} of {needed:.0f}</source>
        <translation>얼굴 {size:,}개: {looked:,}개 확인, {wrong}개 틀림, e-값 {e:.1f} / {needed:.0f}</translation>
    </message>
    <message>
        <source>A betting test for draws without replacement: it may be watched after every face. Sets are tried from the smallest expected errors up. You find at least {share:.0f} % of errors.</source>
        <translation>비복원 추출에 대한 베팅 검정으로, 얼굴마다 확인해도 유효합니다. 예상 오차가 작은 묶음부터 시도합니다. 오류의 {share:.0f} % 이상을 찾는 것으로 계산합니다.</translation>
    </message>
    <message>
        <source>Accepting…</source>
        <translation>수락하는 중…</translation>
    </message>
    <message>
        <source>Certificate {name}</source>
        <translation>인증서 {name}</translation>
    </message>
    <message>
        <source>Made {time} UTC by {reviewer}</source>
        <translation>{time} UTC, {reviewer} 작성</translation>
    </message>
    <message>
        <source>{count:,} of them, drawn at random, were looked at one by one; {wrong:,} were wrong, and are not among the {accepted:,} accepted ones.</source>
        <translation>이 중 무작위로 뽑은 {count:,}개를 하나씩 보았고, 틀린 {wrong:,}개는 수락한 {accepted:,}개에 들어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Looked at</source>
        <translation>본 얼굴</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>폴더</translation>
    </message>
    <message>
        <source>Pose</source>
        <translation>방향</translation>
    </message>
    <message>
        <source>How well the reviewer finds wrong faces</source>
        <translation>검토자가 잘못된 얼굴을 찾는 정도</translation>
    </message>
    <message>
        <source>It was not measured: the guarantee trusts that every wrong face is seen.</source>
        <translation>측정하지 않았습니다. 보증은 틀린 얼굴을 모두 알아본다고 가정합니다.</translation>
    </message>
    <message>
        <source>{found} of {planted} faces that were shown with a known shift were found. The guarantee reckons with {lowest} %, the least that this shows.</source>
        <translation>알려진 만큼 어긋나게 보여 준 얼굴 {planted}개 중 {found}개를 찾았습니다. 보증은 이로부터 확실한 최솟값인 {lowest} %로 계산합니다.</translation>
    </message>
    <message>
        <source>Shift in tolerances</source>
        <translation>어긋남(허용 오차의 배수)</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>찾음</translation>
    </message>
    <message>
        <source>Of {repeats} faces shown twice, {differing} were judged differently.</source>
        <translation>두 번 보여 준 얼굴 {repeats}개 중 {differing}개를 다르게 판정했습니다.</translation>
    </message>
    <message>
        <source>Program</source>
        <translation>프로그램</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>시드</translation>
    </message>
    <message>
        <source>To check it, run &apos;labeltool certificate verify&apos; on the JSON file of this certificate.</source>
        <translation>확인하려면 이 인증서의 JSON 파일에 &apos;labeltool certificate verify&apos;를 실행하세요.</translation>
    </message>
    <message>
        <source>There is no face to judge: {sentence}</source>
        <translation>판정할 얼굴이 없습니다: {sentence}</translation>
    </message>
    <message>
        <source>{path} is there already, and it is something else.</source>
        <translation>{path}이(가) 이미 있으며 다른 종류의 파일입니다.</translation>
    </message>
    <message>
        <source>{path} was drawn from another project.</source>
        <translation>{path}은(는) 다른 프로젝트에서 뽑은 것입니다.</translation>
    </message>
    <message>
        <source>Draw faces of this one.</source>
        <translation>이 프로젝트의 얼굴을 뽑으세요.</translation>
    </message>
    <message>
        <source>{path} holds a face that was not drawn, or one twice.</source>
        <translation>{path}에 뽑지 않은 얼굴이 있거나 같은 얼굴이 두 번 있습니다.</translation>
    </message>
    <message>
        <source>Draw again, and change nothing but what was judged.</source>
        <translation>다시 뽑고, 판정 외에는 아무것도 바꾸지 마세요.</translation>
    </message>
    <message>
        <source>{path} says something else of a face than an earlier file did.</source>
        <translation>{path}의 어떤 얼굴 판정이 이전 파일과 다릅니다.</translation>
    </message>
    <message>
        <source>A judgement cannot be changed: start a new one.</source>
        <translation>이미 한 판정은 바꿀 수 없습니다. 새로 시작하세요.</translation>
    </message>
    <message>
        <source>{count:,} of the drawn faces are not judged in {path}.</source>
        <translation>{path}에서 뽑은 얼굴 {count:,}개를 판정하지 않았습니다.</translation>
    </message>
    <message>
        <source>Set &apos;right&apos; to true or false for each of them.</source>
        <translation>각 얼굴의 &apos;right&apos;를 true 또는 false로 적으세요.</translation>
    </message>
    <message>
        <source>{path} is not a file of judged faces.</source>
        <translation>{path}은(는) 판정한 얼굴 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>Write one with &apos;labeltool accept PROJECT --draw FILE&apos;.</source>
        <translation>&apos;labeltool accept PROJECT --draw FILE&apos;로 만드세요.</translation>
    </message>
    <message>
        <source>{path} holds corrected landmarks that are not {count} points.</source>
        <translation>{path}에 점이 {count}개가 아닌 수정된 랜드마크가 있습니다.</translation>
    </message>
    <message>
        <source>Give each as [x, y], or as null where it is absent.</source>
        <translation>각 점을 [x, y]로, 없으면 null로 적으세요.</translation>
    </message>
    <message>
        <source>Learning from corrections</source>
        <translation>수정 내용 학습 중</translation>
    </message>
    <message>
        <source>Rounds &gt; Adjust proposals does that for all undecided faces.</source>
        <translation>라운드 &gt; 제안 조정으로 아직 판정하지 않은 모든 얼굴에 적용할 수 있습니다.</translation>
    </message>
    <message>
        <source>Adjusting proposals</source>
        <translation>제안 조정 중</translation>
    </message>
    <message>
        <source>Two photos would have the same label file: {path}.</source>
        <translation>사진 두 장의 라벨 파일이 같아집니다: {path}.</translation>
    </message>
    <message>
        <source>Rename one of them, or export another format.</source>
        <translation>하나의 이름을 바꾸거나 다른 형식으로 내보내세요.</translation>
    </message>
    <message>
        <source>CSV table (*.csv)</source>
        <translation>CSV 표 (*.csv)</translation>
    </message>
    <message>
        <source>a CSV table of landmarks</source>
        <translation>랜드마크 CSV 표</translation>
    </message>
    <message>
        <source>CVAT for images (*.xml)</source>
        <translation>이미지용 CVAT (*.xml)</translation>
    </message>
    <message>
        <source>a CVAT file</source>
        <translation>CVAT 파일</translation>
    </message>
    <message>
        <source>Label Studio (*.json)</source>
        <translation>Label Studio 파일 (*.json)</translation>
    </message>
    <message>
        <source>a Label Studio file</source>
        <translation>Label Studio 파일</translation>
    </message>
    <message>
        <source>Folder of labelme files (*)</source>
        <translation>labelme 파일 폴더 (*)</translation>
    </message>
    <message>
        <source>Folder of YOLO-pose labels (*)</source>
        <translation>YOLO-pose 라벨 폴더 (*)</translation>
    </message>
    <message>
        <source>dlib imglab (*.xml)</source>
        <translation>dlib imglab 파일 (*.xml)</translation>
    </message>
    <message>
        <source>a dlib file</source>
        <translation>dlib 파일</translation>
    </message>
    <message>
        <source>DeepLabCut table (*.csv)</source>
        <translation>DeepLabCut 표 (*.csv)</translation>
    </message>
    <message>
        <source>a DeepLabCut table</source>
        <translation>DeepLabCut 표</translation>
    </message>
    <message>
        <source>WFLW list (*.txt)</source>
        <translation>WFLW 목록 (*.txt)</translation>
    </message>
    <message>
        <source>a WFLW list</source>
        <translation>WFLW 목록</translation>
    </message>
    <message>
        <source>Folder of LJSON files (*)</source>
        <translation>LJSON 파일 폴더 (*)</translation>
    </message>
    <message>
        <source>TPS file (*.tps)</source>
        <translation>TPS 파일 (*.tps)</translation>
    </message>
    <message>
        <source>a TPS file</source>
        <translation>TPS 파일</translation>
    </message>
    <message>
        <source>VGG Image Annotator (*.json)</source>
        <translation>VGG Image Annotator 파일 (*.json)</translation>
    </message>
    <message>
        <source>a VGG Image Annotator file</source>
        <translation>VGG Image Annotator 파일</translation>
    </message>
    <message>
        <source>Adjust the proposals of all undecided faces? Undo takes it back.</source>
        <translation>아직 판정하지 않은 모든 얼굴의 제안을 조정하시겠습니까? 되돌리기로 취소할 수 있습니다.</translation>
    </message>
    <message>
        <source>On {count} labelled faces the network is off by {before} % of the norm; adjusted, by {after} %.</source>
        <translation>레이블이 있는 얼굴 {count}개에서 네트워크는 기준 길이의 {before} %만큼 벗어나 있고, 조정하면 {after} %입니다.</translation>
    </message>
    <message>
        <source>No network proposes landmarks yet.</source>
        <translation>아직 랜드마크를 제안하는 모델이 없습니다.</translation>
    </message>
    <message>
        <source>Label faces by hand, then train a round.</source>
        <translation>얼굴에 직접 레이블을 붙인 다음 라운드를 학습하세요.</translation>
    </message>
    <message>
        <source>{count} faces were labelled on the proposals of {model}; an adjustment needs {wanted}.</source>
        <translation>{model}의 제안 위에서 레이블을 붙인 얼굴은 {count}개입니다. 조정에는 {wanted}개가 필요합니다.</translation>
    </message>
    <message>
        <source>Label more faces one by one, with all of their landmarks.</source>
        <translation>모든 랜드마크를 포함하여 얼굴에 하나씩 레이블을 더 붙이세요.</translation>
    </message>
    <message>
        <source>{sentence} That is no more than chance.</source>
        <translation>{sentence} 우연을 넘는 차이가 아닙니다.</translation>
    </message>
    <message>
        <source>The proposals stay as they are; more labels may tell more.</source>
        <translation>제안은 그대로 둡니다. 레이블이 더 많으면 알 수 있을지도 모릅니다.</translation>
    </message>
    <message>
        <source>Another network is in use by now.</source>
        <translation>지금은 다른 모델이 사용 중입니다.</translation>
    </message>
    <message>
        <source>Learn from its proposals.</source>
        <translation>그 모델의 제안에서 배우세요.</translation>
    </message>
    <message>
        <source>adjusting the proposals of {model}</source>
        <translation>{model}의 제안 조정</translation>
    </message>
    <message>
        <source>The proposal of 1 face was adjusted.</source>
        <translation>얼굴 1개의 제안을 조정했습니다.</translation>
    </message>
    <message>
        <source>The proposals of {count:,} faces were adjusted.</source>
        <translation>얼굴 {count:,}개의 제안을 조정했습니다.</translation>
    </message>
    <message>
        <source>No landmark of the label file has a name of the scheme {scheme!r}.</source>
        <translation>레이블 파일의 랜드마크 가운데 랜드마크 구성 {scheme!r}의 이름을 가진 것이 없습니다.</translation>
    </message>
    <message>
        <source>Map them by order, by a published rule, or by a mapping file.</source>
        <translation>순서, 공개된 규칙 또는 대응 파일로 대응시키세요.</translation>
    </message>
    <message>
        <source>The detector finds other landmarks than those of the scheme {scheme!r}. It finds: {theirs}. The scheme has: {ours}.</source>
        <translation>검출기가 찾는 랜드마크가 구성 {scheme!r}의 랜드마크와 다릅니다. 검출기: {theirs}. 구성: {ours}.</translation>
    </message>
    <message>
        <source>Use one for these landmarks, or give them the same names.</source>
        <translation>이 랜드마크를 찾는 검출기를 쓰거나 이름을 같게 하세요.</translation>
    </message>
    <message>
        <source>The mapping {name} makes {ours} landmarks from {theirs}; this project has {scheme}, and the label file {file}.</source>
        <translation>대응 {name}은(는) 랜드마크 {theirs}개로 {ours}개를 만듭니다. 이 프로젝트는 {scheme}개, 레이블 파일은 {file}개입니다.</translation>
    </message>
    <message>
        <source>Choose another mapping: {maps}, or a mapping file.</source>
        <translation>다른 대응({maps})이나 대응 파일을 고르세요.</translation>
    </message>
    <message>
        <source>There is no mapping {name}.</source>
        <translation>{name}이라는 대응이 없습니다.</translation>
    </message>
    <message>
        <source>Choose one of {maps}, or name a mapping file.</source>
        <translation>{maps} 가운데 하나나 대응 파일을 고르세요.</translation>
    </message>
    <message>
        <source>it has no entry &apos;landmarks&apos;</source>
        <translation>&apos;landmarks&apos; 항목이 없습니다</translation>
    </message>
    <message>
        <source>the scheme {scheme!r} has no landmark {name!r}</source>
        <translation>랜드마크 구성 {scheme!r}에 랜드마크 {name!r}이(가) 없습니다</translation>
    </message>
    <message>
        <source>the label file has no landmark {name}</source>
        <translation>레이블 파일에 랜드마크 {name}이(가) 없습니다</translation>
    </message>
    <message>
        <source>it maps no landmark</source>
        <translation>대응하는 랜드마크가 없습니다</translation>
    </message>
    <message>
        <source>{path} is no mapping for these labels: {reason}.</source>
        <translation>{path}은(는) 이 레이블의 대응 파일이 아닙니다: {reason}.</translation>
    </message>
    <message>
        <source>A mapping file names a landmark of the label file for each of the project.</source>
        <translation>대응 파일은 프로젝트의 랜드마크마다 레이블 파일의 랜드마크를 적습니다.</translation>
    </message>
    <message>
        <source>Faces of the label file</source>
        <translation>레이블 파일의 얼굴</translation>
    </message>
    <message>
        <source>Click a face to enlarge it</source>
        <translation>얼굴을 클릭하면 커집니다</translation>
    </message>
    <message>
        <source>No photo of this file can be shown.</source>
        <translation>이 파일의 사진을 하나도 보여 줄 수 없습니다.</translation>
    </message>
    <message>
        <source>{photo}: left out</source>
        <translation>{photo}: 제외됨</translation>
    </message>
    <message>
        <source>Choose how they are mapped.</source>
        <translation>어떻게 대응할지 고르세요.</translation>
    </message>
    <message>
        <source>Not used: {reason}</source>
        <translation>쓰지 않음: {reason}</translation>
    </message>
    <message>
        <source>and {count:,} more</source>
        <translation>외 {count:,}개</translation>
    </message>
    <message>
        <source>Kept: {photo} is {verdict}</source>
        <translation>그대로 둠: {photo} — {verdict}</translation>
    </message>
    <message>
        <source>Kept: {photo} is {verdict}, the same as in the file</source>
        <translation>그대로 둠: {photo} — {verdict}, 파일과 같음</translation>
    </message>
    <message>
        <source>Landmark of the project</source>
        <translation>프로젝트의 랜드마크</translation>
    </message>
    <message>
        <source>From the label file</source>
        <translation>레이블 파일에서</translation>
    </message>
    <message>
        <source>middle of {landmarks}</source>
        <translation>{landmarks}의 가운데</translation>
    </message>
    <message>
        <source>absent</source>
        <translation>없음</translation>
    </message>
    <message>
        <source>Mapping of landmarks</source>
        <translation>랜드마크 대응</translation>
    </message>
    <message>
        <source>Take the last step in this window back</source>
        <translation>이 창에서 한 마지막 작업을 되돌립니다</translation>
    </message>
    <message>
        <source>Do again what was taken back</source>
        <translation>되돌린 작업을 다시 합니다</translation>
    </message>
    <message>
        <source>Place landmarks</source>
        <translation>랜드마크 놓기</translation>
    </message>
    <message>
        <source>A click on the picture adds a landmark</source>
        <translation>화면을 클릭하면 랜드마크가 추가됩니다</translation>
    </message>
    <message>
        <source>Fit the picture</source>
        <translation>화면에 맞추기</translation>
    </message>
    <message>
        <source>Show all of the picture; the wheel zooms</source>
        <translation>전체를 보여 줍니다. 휠로 확대합니다</translation>
    </message>
    <message>
        <source>Type the name of the landmark (or double-click it)</source>
        <translation>랜드마크 이름을 입력합니다 (또는 더블클릭)</translation>
    </message>
    <message>
        <source>Remove the chosen landmarks</source>
        <translation>선택한 랜드마크를 제거합니다</translation>
    </message>
    <message>
        <source>Earlier</source>
        <translation>앞으로</translation>
    </message>
    <message>
        <source>Move the chosen landmarks up in the order</source>
        <translation>선택한 랜드마크를 순서에서 앞으로 옮깁니다</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>뒤로</translation>
    </message>
    <message>
        <source>Move the chosen landmarks down in the order</source>
        <translation>선택한 랜드마크를 순서에서 뒤로 옮깁니다</translation>
    </message>
    <message>
        <source>Draw edges along the chosen landmarks, in the order in which you chose them; again: none</source>
        <translation>선택한 순서대로 랜드마크를 선으로 잇습니다. 다시 누르면 없앱니다</translation>
    </message>
    <message>
        <source>Closed edges</source>
        <translation>닫힌 선</translation>
    </message>
    <message>
        <source>The same, and from the last back to the first</source>
        <translation>같은 방식으로 잇고, 마지막에서 처음으로도 잇습니다</translation>
    </message>
    <message>
        <source>Contour</source>
        <translation>윤곽선</translation>
    </message>
    <message>
        <source>The chosen landmarks lie on a line, such as a jaw, and may slide along it; again: not</source>
        <translation>선택한 랜드마크는 턱선 같은 윤곽 위에 있어 그 방향으로 움직일 수 있습니다. 다시 누르면 해제합니다</translation>
    </message>
    <message>
        <source>Norm</source>
        <translation>기준 거리</translation>
    </message>
    <message>
        <source>Errors are shares of the distance of the two chosen landmarks</source>
        <translation>오차를 선택한 두 랜드마크 사이 거리의 비율로 나타냅니다</translation>
    </message>
    <message>
        <source>Pair</source>
        <translation>쌍 짓기</translation>
    </message>
    <message>
        <source>The two chosen landmarks are each other&apos;s mirror image</source>
        <translation>선택한 두 랜드마크는 서로 좌우 대칭입니다</translation>
    </message>
    <message>
        <source>No pair</source>
        <translation>쌍 해제</translation>
    </message>
    <message>
        <source>The chosen landmarks lie in the middle of the face</source>
        <translation>선택한 랜드마크는 얼굴 가운데에 있습니다</translation>
    </message>
    <message>
        <source>Guess pairs</source>
        <translation>쌍 찾기</translation>
    </message>
    <message>
        <source>Find all pairs by names and by mirroring; look at the column Partner</source>
        <translation>이름과 좌우 대칭으로 모든 쌍을 찾습니다. 짝 열을 확인하세요</translation>
    </message>
    <message>
        <source>Choose all</source>
        <translation>모두 선택</translation>
    </message>
    <message>
        <source>Choose every landmark</source>
        <translation>모든 랜드마크를 선택합니다</translation>
    </message>
    <message>
        <source>{tip} ({keys})</source>
        <translation>{tip} ({keys})</translation>
    </message>
    <message>
        <source>Partner</source>
        <translation>짝</translation>
    </message>
    <message>
        <source>Picture with landmarks</source>
        <translation>랜드마크가 있는 화면</translation>
    </message>
    <message>
        <source>Click to place the first landmark, or start from a template.</source>
        <translation>클릭하여 첫 랜드마크를 놓거나 기본 구성에서 시작하세요.</translation>
    </message>
    <message>
        <source>Place the first landmark: click on the picture.</source>
        <translation>화면을 클릭하여 첫 랜드마크를 놓으세요.</translation>
    </message>
    <message>
        <source>Give the scheme a name.</source>
        <translation>구성에 이름을 붙이세요.</translation>
    </message>
    <message>
        <source>“{name}” is the name of a known scheme with other landmarks: choose another name.</source>
        <translation>“{name}”은(는) 랜드마크가 다른 기존 구성의 이름입니다. 다른 이름을 선택하세요.</translation>
    </message>
    <message>
        <source>A landmark has no name.</source>
        <translation>이름이 없는 랜드마크가 있습니다.</translation>
    </message>
    <message>
        <source>Two landmarks are named “{name}”: rename one of them.</source>
        <translation>“{name}”(이)라는 랜드마크가 두 개입니다. 하나의 이름을 바꾸세요.</translation>
    </message>
    <message>
        <source>“{one}” and “{other}” are a pair, but their names say otherwise.</source>
        <translation>“{one}”와(과) “{other}”은(는) 쌍이지만 이름이 맞지 않습니다.</translation>
    </message>
    <message>
        <source>“{name}” has no partner on the other side: pair it, or training on mirrored photos learns it wrong.</source>
        <translation>“{name}”에 반대쪽 짝이 없습니다. 쌍을 지어 주세요. 그대로 두면 좌우 반전 사진에서 잘못 학습합니다.</translation>
    </message>
    <message>
        <source>No pairs: training does not use mirrored photos. “Guess pairs” finds them.</source>
        <translation>쌍이 없어 학습에 좌우 반전 사진을 쓰지 않습니다. “쌍 찾기”로 찾을 수 있습니다.</translation>
    </message>
    <message>
        <source>No norm: errors are measured in shares of the box. Choose two landmarks far apart, such as the outer corners of the eyes, and press “Norm”.</source>
        <translation>기준 거리가 없어 오차를 박스 크기의 비율로 잽니다. 눈 바깥쪽 꼬리처럼 멀리 떨어진 두 랜드마크를 선택하고 “기준 거리”를 누르세요.</translation>
    </message>
    <message>
        <source>Added: {landmarks}. To be placed on {labels:,} labelled faces; after {least} of them it is proposed from the shape of the others.</source>
        <translation>추가: {landmarks}. 레이블이 있는 얼굴 {labels:,}개에 놓아야 하며, {least}개에 놓은 뒤에는 다른 랜드마크의 모양에서 제안합니다.</translation>
    </message>
    <message>
        <source>Removed: {landmarks}. Kept in the history, and not shown any more.</source>
        <translation>제거: {landmarks}. 이력에 남고 더는 표시하지 않습니다.</translation>
    </message>
    <message>
        <source>{old} → {new}</source>
        <translation>{old} → {new}</translation>
    </message>
    <message>
        <source>Renamed: {landmarks}.</source>
        <translation>이름 변경: {landmarks}.</translation>
    </message>
    <message>
        <source>The order changes; every point stays with its landmark.</source>
        <translation>순서가 바뀝니다. 점은 모두 자기 랜드마크에 남습니다.</translation>
    </message>
    <message>
        <source>Landmarks stay as they are; edges, pairs and regions change.</source>
        <translation>랜드마크는 그대로이고 선, 쌍, 부위가 바뀝니다.</translation>
    </message>
    <message>
        <source>{before}, {word}</source>
        <translation>{before}, {word}</translation>
    </message>
    <message>
        <source>{count:,} ({names} and others)</source>
        <translation>{count:,}개 ({names} 등)</translation>
    </message>
    <message>
        <source>{photo}: the box of a face has no size</source>
        <translation>{photo}: 얼굴의 박스에 크기가 없습니다</translation>
    </message>
    <message>
        <source>{photo} could not be written: {reason}</source>
        <translation>{photo}을(를) 쓸 수 없습니다: {reason}</translation>
    </message>
    <message>
        <source>Export predictions</source>
        <translation>예측 내보내기</translation>
    </message>
    <message>
        <source>Exporting predictions</source>
        <translation>예측을 내보내는 중</translation>
    </message>
    <message>
        <source>Download the file again, or copy it again.</source>
        <translation>파일을 다시 내려받거나 다시 복사하세요.</translation>
    </message>
    <message>
        <source>The photos of {path} cannot be written: {reason}.</source>
        <translation>{path}의 사진을 쓸 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>Free some space in the project&apos;s folder.</source>
        <translation>프로젝트 폴더에 공간을 확보하세요.</translation>
    </message>
    <message>
        <source>1 occlusion flag is lost</source>
        <translation>가려짐 표시 1개 손실</translation>
    </message>
    <message>
        <source>{count:,} occlusion flags are lost</source>
        <translation>가려짐 표시 {count:,}개 손실</translation>
    </message>
    <message>
        <source>positions are rounded to whole pixels</source>
        <translation>위치를 정수 픽셀로 반올림</translation>
    </message>
    <message>
        <source>the names of landmarks are lost</source>
        <translation>랜드마크 이름 손실</translation>
    </message>
    <message>
        <source>photos are cut to crops of 256 by 256 pixels</source>
        <translation>사진이 256×256픽셀 크롭으로 잘림</translation>
    </message>
    <message>
        <source>1 face with an absent landmark is left out</source>
        <translation>없는 랜드마크가 있는 얼굴 1개 제외</translation>
    </message>
    <message>
        <source>{count:,} faces with an absent landmark are left out</source>
        <translation>없는 랜드마크가 있는 얼굴 {count:,}개 제외</translation>
    </message>
    <message>
        <source>&apos;{text}&apos; is not a split.</source>
        <translation>&apos;{text}&apos;은(는) 올바른 분할이 아닙니다.</translation>
    </message>
    <message>
        <source>Write the shares of train, val and test, such as 80/10/10, 90/0/10 or 80/20.</source>
        <translation>train, val, test의 비율을 80/10/10, 90/0/10, 80/20처럼 쓰세요.</translation>
    </message>
    <message>
        <source>Groups of photos: {groups}, too few for {parts} parts.</source>
        <translation>사진이 {groups}개 그룹뿐이어서 {parts}개 부분으로 나눌 수 없습니다.</translation>
    </message>
    <message>
        <source>Split by photo, or into fewer parts.</source>
        <translation>사진별로 나누거나 더 적은 부분으로 나누세요.</translation>
    </message>
    <message>
        <source>The landmarks of this project were changed too often.</source>
        <translation>이 프로젝트의 랜드마크를 너무 자주 바꾸었습니다.</translation>
    </message>
    <message>
        <source>Export its labels and import them into a new project.</source>
        <translation>레이블을 내보낸 뒤 새 프로젝트로 가져오세요.</translation>
    </message>
    <message>
        <source>Somebody else changed the landmarks of this project meanwhile.</source>
        <translation>그 사이에 다른 사람이 이 프로젝트의 랜드마크를 바꾸었습니다.</translation>
    </message>
    <message>
        <source>Open the project again, look at its landmarks, and change them then.</source>
        <translation>프로젝트를 다시 열고 랜드마크를 확인한 뒤 바꾸세요.</translation>
    </message>
    <message>
        <source>change of landmarks</source>
        <translation>랜드마크 변경</translation>
    </message>
    <message>
        <source>The landmarks of this project were changed.</source>
        <translation>이 프로젝트의 랜드마크를 바꾸었습니다.</translation>
    </message>
    <message>
        <source>Faces are being accepted with a guarantee, for the landmarks as they are.</source>
        <translation>지금의 랜드마크로 얼굴을 보장과 함께 수락하는 중입니다.</translation>
    </message>
    <message>
        <source>Finish that or end it, then change the landmarks.</source>
        <translation>그것을 마치거나 끝낸 뒤 랜드마크를 바꾸세요.</translation>
    </message>
    <message>
        <source>Change this project…</source>
        <translation>이 프로젝트 바꾸기…</translation>
    </message>
    <message>
        <source>Nothing was changed yet.</source>
        <translation>아직 바꾼 것이 없습니다.</translation>
    </message>
    <message>
        <source>Change the landmarks of this project?</source>
        <translation>이 프로젝트의 랜드마크를 바꿀까요?</translation>
    </message>
    <message>
        <source>Nothing decided is lost, and undo takes the change back.</source>
        <translation>결정한 것은 사라지지 않으며, 실행 취소로 되돌릴 수 있습니다.</translation>
    </message>
    <message>
        <source>Change the landmarks</source>
        <translation>랜드마크 바꾸기</translation>
    </message>
    <message>
        <source>The scheme {scheme!r} has no landmark {name!r}.</source>
        <translation>랜드마크 구성 {scheme!r}에는 랜드마크 {name!r}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>Name it as OLD=NEW: as it is in the project, and as it will be.</source>
        <translation>OLD=NEW로 적으세요. 프로젝트에 있는 이름과 새 이름입니다.</translation>
    </message>
    <message>
        <source>The landmark {name!r} would become two.</source>
        <translation>랜드마크 {name!r}이(가) 둘이 됩니다.</translation>
    </message>
    <message>
        <source>Take its old name out of the file, or do not rename it.</source>
        <translation>파일에서 옛 이름을 지우거나 이름을 바꾸지 마세요.</translation>
    </message>
    <message>
        <source>facing left</source>
        <translation>왼쪽을 향함</translation>
    </message>
    <message>
        <source>facing the camera</source>
        <translation>정면을 향함</translation>
    </message>
    <message>
        <source>facing right</source>
        <translation>오른쪽을 향함</translation>
    </message>
    <message>
        <source>The scheme does not tell left landmarks from right ones and from those between.</source>
        <translation>이 구성에는 왼쪽, 오른쪽, 가운데 랜드마크의 구분이 없습니다.</translation>
    </message>
    <message>
        <source>Choose no groups, or folders; or add the pairs in the scheme editor.</source>
        <translation>나누지 않거나 폴더로 나누세요. 또는 구성 편집기에서 쌍을 추가하세요.</translation>
    </message>
    <message>
        <source>There is no file {file}.</source>
        <translation>{file} 파일이 없습니다.</translation>
    </message>
    <message>
        <source>There is no detector {name}, for no plug-in is installed.</source>
        <translation>설치된 플러그인이 없어 검출기 {name}을(를) 찾을 수 없습니다.</translation>
    </message>
    <message>
        <source>Install the package that has it, or name an ONNX file.</source>
        <translation>검출기가 들어 있는 패키지를 설치하거나 ONNX 파일을 지정하세요.</translation>
    </message>
    <message>
        <source>There is no detector {name}.</source>
        <translation>검출기 {name}이(가) 없습니다.</translation>
    </message>
    <message>
        <source>Choose one of {names}, or name an ONNX file.</source>
        <translation>{names} 중 하나를 선택하거나 ONNX 파일을 지정하세요.</translation>
    </message>
    <message>
        <source>Delete photos for good</source>
        <translation>사진 영구 삭제</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>영구 삭제</translation>
    </message>
    <message>
        <source>Everything that the project holds of these photos: faces, labels, proposals, the log, backups and the files of rounds. Undo cannot bring it back.</source>
        <translation>이 사진에 대해 프로젝트에 있는 모든 것: 얼굴, 레이블, 제안, 기록, 백업, 라운드의 파일. 되돌리기로 복구할 수 없습니다.</translation>
    </message>
    <message>
        <source>Photos to delete</source>
        <translation>삭제할 사진</translation>
    </message>
    <message>
        <source>File name or path; * stands for any letters</source>
        <translation>파일 이름 또는 경로; *는 임의의 글자를 뜻합니다</translation>
    </message>
    <message>
        <source>Show what goes</source>
        <translation>삭제될 것 보기</translation>
    </message>
    <message>
        <source>What is deleted, and what stays</source>
        <translation>삭제되는 것과 남는 것</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>찾는 중…</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>찾는 중</translation>
    </message>
    <message>
        <source>Deleted for good:</source>
        <translation>영구 삭제:</translation>
    </message>
    <message>
        <source>What stays:</source>
        <translation>남는 것:</translation>
    </message>
    <message>
        <source>Deleting… The project opens again afterwards.</source>
        <translation>삭제하는 중… 끝나면 프로젝트가 다시 열립니다.</translation>
    </message>
    <message>
        <source>Deleting</source>
        <translation>삭제하는 중</translation>
    </message>
    <message>
        <source>The thumbnails in {path} cannot be deleted: {reason}.</source>
        <translation>{path}의 섬네일을 삭제할 수 없습니다: {reason}.</translation>
    </message>
    <message>
        <source>Close all windows of labeltool, or delete the file.</source>
        <translation>labeltool의 모든 창을 닫거나 파일을 삭제하세요.</translation>
    </message>
    <message>
        <source>Photos must be deleted, but another window or command has the project open.</source>
        <translation>사진을 삭제해야 하지만 다른 창이나 명령이 프로젝트를 열고 있습니다.</translation>
    </message>
    <message>
        <source>Of their {faces:,} faces: boxes, {labels:,} labels, {predictions:,} predictions, {entries:,} entries of the log, and all that undo could bring back.</source>
        <translation>그 얼굴 {faces:,}개의 박스, 레이블 {labels:,}개, 예측 {predictions:,}개, 기록 {entries:,}개, 그리고 되돌리기로 복구할 수 있던 모든 것.</translation>
    </message>
    <message>
        <source>The same in {copies:,} backups and {folders:,} folders of rounds.</source>
        <translation>백업 {copies:,}개와 라운드 폴더 {folders:,}개에 있는 같은 내용.</translation>
    </message>
    <message>
        <source>{certificates:,} certificates and {acceptances:,} acceptances, which list some of these faces: they would not be true without them.</source>
        <translation>이 얼굴 일부가 올라 있는 인증서 {certificates:,}개와 보증 수락 {acceptances:,}개: 그 얼굴이 없으면 더는 사실이 아니게 됩니다.</translation>
    </message>
    <message>
        <source>{count:,} photos that an import wrote into the project&apos;s folder.</source>
        <translation>가져오기가 프로젝트 폴더에 쓴 사진 {count:,}장.</translation>
    </message>
    <message>
        <source>Whole backups that this version cannot read: {files}.</source>
        <translation>이 버전이 읽을 수 없는 백업 전체: {files}.</translation>
    </message>
    <message>
        <source>{count:,} photos: {names}.</source>
        <translation>사진 {count:,}장: {names}.</translation>
    </message>
    <message>
        <source>All thumbnails, also of other projects; they are made again.</source>
        <translation>다른 프로젝트를 포함한 모든 섬네일; 다시 만들어집니다.</translation>
    </message>
    <message>
        <source>The networks of these rounds were trained on them, and that cannot be taken out: {rounds}. Train another one, then delete these rounds.</source>
        <translation>다음 라운드의 네트워크는 이 사진으로 학습했으며, 그것은 빼낼 수 없습니다: {rounds}. 다른 네트워크를 학습한 뒤 이 라운드들을 삭제하세요.</translation>
    </message>
    <message>
        <source>Packs for another machine hold copies of photos: round {rounds}. Delete these files; their results cannot be brought in any more.</source>
        <translation>다른 컴퓨터를 위한 묶음 파일에 사진의 사본이 있습니다: 라운드 {rounds}. 그 파일을 삭제하세요. 그 결과는 더 이상 들여올 수 없습니다.</translation>
    </message>
    <message>
        <source>The project&apos;s folder holds other files; see whether they show them: {files}.</source>
        <translation>프로젝트 폴더에 다른 파일이 있습니다. 이 사진이 담겨 있는지 확인하세요: {files}.</translation>
    </message>
    <message>
        <source>The photos themselves, and what was exported or copied to other places: labels, reports, networks, packs, certificates.</source>
        <translation>사진 자체, 그리고 다른 곳으로 내보내거나 복사한 것: 레이블, 보고서, 네트워크, 묶음 파일, 인증서.</translation>
    </message>
    <message>
        <source>No photo of this project is called {patterns}.</source>
        <translation>이 프로젝트에 {patterns}에 맞는 사진이 없습니다.</translation>
    </message>
    <message>
        <source>* stands for any letters: &apos;anna*&apos; or &apos;*/anna/*&apos;.</source>
        <translation>*는 임의의 글자를 뜻합니다: &apos;anna*&apos; 또는 &apos;*/anna/*&apos;.</translation>
    </message>
    <message>
        <source>A round is running in {folder}.</source>
        <translation>{folder}에서 라운드가 실행 중입니다.</translation>
    </message>
    <message>
        <source>Wait for its end or cancel it, then try again.</source>
        <translation>끝날 때까지 기다리거나 취소한 뒤 다시 시도하세요.</translation>
    </message>
    <message>
        <source>Mend that, then open the project again.</source>
        <translation>문제를 해결한 뒤 프로젝트를 다시 여세요.</translation>
    </message>
    <message>
        <source>deleted for good</source>
        <translation>영구 삭제됨</translation>
    </message>
    <message>
        <source>{path} is of another version of this program (schema {found}).</source>
        <translation>{path}는 이 프로그램의 다른 버전에서 만든 것입니다 (스키마 {found}).</translation>
    </message>
    <message>
        <source>Open the project once, so that it is upgraded.</source>
        <translation>프로젝트를 한 번 열어 업그레이드하세요.</translation>
    </message>
</context>
</TS>
