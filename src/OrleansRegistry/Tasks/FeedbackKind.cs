using System.Text.Json;

namespace OrleansRegistry.Tasks;

/// <summary>
/// The feedback of tasks: the document has <c>items</c> (see <see cref="LogJson"/>) and, where there are any, <c>requests</c>; the fields have
/// <c>count</c>. The key is the task's.
/// </summary>
internal static class FeedbackKind
{
    public static RecordKind Kind { get; } = new() { Number = 4, Name = "feedback", Table = "feedback_records" };

    public static RecordBody Write(FeedbackHead feedback) => new(
        FieldsWriter.Write(feedback, static (json, feedback) =>
        {
            LogJson.Write(json, "items"u8, feedback.Items);
            RequestMarksJson.Write(json, feedback.Requests is [] ? null : feedback.Requests);
            StoredObject.WriteUnknown(json, feedback.Unknown.Document);
        }),
        FieldsWriter.Write(feedback, static (json, feedback) =>
        {
            json.WriteNumber("count"u8, feedback.Items.Count);
            StoredObject.WriteUnknown(json, feedback.Unknown.Fields);
        }));

    /// <exception cref="RegistryException"><see cref="RegistryError.Unreadable"/>.</exception>
    public static FeedbackHead Read(StoredRecord stored) => StoredRecords.Read(Kind, stored, static stored =>
    {
        using var document = JsonDocument.Parse(stored.Body.Document.Utf8, JsonInput.Stored);
        using var beside = JsonDocument.Parse(stored.Body.Fields.Utf8, JsonInput.Stored);
        var root = new StoredObject(document.RootElement, "document");
        var fields = new StoredObject(beside.RootElement, "fields");
        _ = fields.Has("count");
        return new FeedbackHead(LogJson.Read(root, "items"))
        {
            Requests = RequestMarksJson.Read(root) ?? [],
            Unknown = new UnknownMembers(root.Unknown(), fields.Unknown()),
        };
    });
}
