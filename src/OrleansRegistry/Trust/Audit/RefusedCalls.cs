using System.Globalization;

namespace OrleansRegistry.Trust.Audit;

/// <summary>Calls that ended at the door. Those of nobody known are in the trail of <see cref="Caller.Default"/>'s tenant.</summary>
internal sealed class RefusedCalls(RegistryOptions options, OperationAudit audit, AuditLanes lanes, RefusedPace pace) : IRefusedCalls
{
    /// <summary>In the data of a fault that was told already.</summary>
    public const string Told = "registry.refused";

    public void Tell(Caller? caller, int status, string about, string? address, Exception fault)
    {
        if (fault.Data.Contains(Told))
        {
            return;
        }

        fault.Data[Told] = true;
        var code = status.ToString(CultureInfo.InvariantCulture);
        AuditTelemetry.Refused(code);
        if (audit.Mode == AuditMode.Off || !options.Audit.Refused)
        {
            return;
        }

        var isKnown = caller is not null && Identifiers.IsCaller(caller);
        if ((isKnown && lanes.IsErased(caller!.Tenant)) || !pace.Take(isKnown ? caller!.Tenant : null, out var skipped))
        {
            return;
        }

        var known = isKnown ? caller! : Caller.Default with { Subject = "" };
        _ = lanes.Of(known.Tenant).WriteAsync(new AuditNote(known.Subject, AuditActions.Refused, code, about)
        {
            Credential = known.Credential,
            Address = address ?? known.Address,
            Skipped = skipped,
        });
    }
}
