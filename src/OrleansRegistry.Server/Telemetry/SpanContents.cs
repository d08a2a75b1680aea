using System.Diagnostics;
using OpenTelemetry;

namespace OrleansRegistry.Server;

/// <summary>
/// Takes out of spans what others may have written: Orleans adds the text of exceptions, and that of a refusal can name what a caller sent. The log has
/// what a fault says. And leaves out what Orleans calls for itself, such as its looks at the table of members.
/// </summary>
internal sealed class SpanContents : BaseProcessor<Activity>
{
    /// <summary>Orleans takes grains for its own whose namespace begins with its name, as this project's does.</summary>
    public const string OfGrains = "Microsoft.Orleans.Runtime";

    private static readonly string[] Texts = ["exception.message", "exception.stacktrace", "url.query"];

    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == OfGrains
            && (data.GetTagItem("orleans.rpc.service") is not string service || !IsOwn(service)))
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            return;
        }

        foreach (var text in Texts)
        {
            if (data.GetTagItem(text) is not null)
            {
                data.SetTag(text, null);
            }
        }

        if (data.Status == ActivityStatusCode.Error && data.StatusDescription is not null)
        {
            data.SetStatus(ActivityStatusCode.Error);
        }
    }

    private static bool IsOwn(string service) => service.StartsWith($"{nameof(OrleansRegistry)}.", StringComparison.Ordinal);
}
