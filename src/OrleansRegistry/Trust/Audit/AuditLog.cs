using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace OrleansRegistry.Trust.Audit;

/// <summary>
/// Has entries in the log too, for what collects logs: each a line of JSON as an export has it, once it is stored. One that is missing there shows by its
/// sequence, and is in the trail.
/// </summary>
internal sealed partial class AuditLog(ILoggerFactory loggers, AuditOptions options)
{
    public const string Category = "OrleansRegistry.Audit";

    private readonly ILogger log = loggers.CreateLogger(Category);

    public void Tell(IReadOnlyList<AuditEntry> entries)
    {
        if (options.Log && log.IsEnabled(LogLevel.Information))
        {
            foreach (var entry in entries)
            {
                LogEntry(Line(entry));
            }
        }
    }

    private static string Line(AuditEntry entry)
    {
        using var line = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(line))
        {
            AuditJson.Write(json, entry);
        }

        return Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length);
    }

    [LoggerMessage(LogLevel.Information, "{AuditEntry}")]
    private partial void LogEntry(string auditEntry);
}
