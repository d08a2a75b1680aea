using System.Diagnostics;

namespace OrleansRegistry.Trust.Audit;

/// <summary>
/// Makes entries of what callers do. A change that was made waits for its entry; what was refused, or may have happened, is answered as it is, and has
/// its entry moments later.
/// </summary>
internal sealed class OperationAudit(
    RegistryOptions options, AuditDefault otherwise, AuditLanes lanes, RefusedPace pace) : IOperationAudit
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Never <see cref="AuditMode.Auto"/>.</summary>
    public AuditMode Mode { get; } = options.Audit.Mode == AuditMode.Auto ? otherwise.Mode : options.Audit.Mode;

    public void DemandReady(Caller caller)
    {
        if (Mode == AuditMode.On && caller.Tenant is { } tenant && lanes.Find(tenant)?.Fault is { } fault)
        {
            AuditTelemetry.Refused("audit");
            throw new RegistryException(
                RegistryError.Unavailable,
                $"Changes stop, as the audit trail cannot be written: {Said(fault)}. Nothing was changed.",
                innerException: fault)
            {
                RetryAfter = RetryAfter,
            };
        }
    }

    public ValueTask TellAsync(Operation operation, Caller caller, IReadOnlyList<string?> ids, Exception? fault)
    {
        if (fault is not null)
        {
            TellFault(operation, caller, ids, fault);
            return default;
        }

        if (Mode == AuditMode.Off || ids.Count == 0)
        {
            return default;
        }

        var lane = lanes.Of(caller.Tenant);
        Task written = Task.CompletedTask;
        foreach (var id in ids)
        {
            // They go together, so the last is done when all are.
            written = lane.WriteAsync(NoteOf(operation, caller, id, AuditEntry.Done));
        }

        return Mode == AuditMode.On ? new ValueTask(WaitAsync(written)) : default;
    }

    private static async Task WaitAsync(Task written)
    {
        try
        {
            await written;
        }
        catch (Exception fault)
        {
            throw new RegistryException(
                RegistryError.Unavailable,
                $"The change may have happened, and has no entry in the audit trail yet: {Said(fault)}. Look before you repeat it.",
                innerException: fault)
            {
                RetryAfter = RetryAfter,
            };
        }
    }

    /// <summary>What a caller may read of it: the text of another fault can name machines.</summary>
    private static string Said(Exception fault) => fault is RegistryException ? fault.Message.TrimEnd('.') : "its writer failed";

    private void TellFault(Operation operation, Caller caller, IReadOnlyList<string?> ids, Exception fault)
    {
        var outcome = fault switch
        {
            RegistryException refusal => RegistryErrorCode.Of(refusal.Error),
            OperationCanceledException => "canceled",
            _ => "fault",
        };

        // Of all others it is certain that nothing was changed.
        var mayHaveHappened = fault is not RegistryException { Error: not RegistryError.Unavailable };
        long skipped = 0;
        if (!mayHaveHappened)
        {
            AuditTelemetry.Refused(outcome);
            fault.Data[RefusedCalls.Told] = true;
        }

        if (Mode == AuditMode.Off || !Identifiers.IsCaller(caller))
        {
            return;
        }

        if (mayHaveHappened || (options.Audit.Refused && !lanes.IsErased(caller.Tenant) && pace.Take(caller.Tenant, out skipped)))
        {
            _ = lanes.Of(caller.Tenant).WriteAsync(NoteOf(operation, caller, ids[0], outcome) with { Skipped = skipped });
        }
    }

    private static AuditNote NoteOf(Operation operation, Caller caller, string? id, string outcome) =>
        new(caller.Subject, operation.Name, outcome, id is { Length: > Identifiers.MaxLength } ? id[..Identifiers.MaxLength] : id)
        {
            Credential = caller.Credential,
            Address = caller.Address,
            Trace = RegistryTelemetry.TraceParent is null ? null : Activity.Current!.TraceId.ToHexString(),
        };
}
