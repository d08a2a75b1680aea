using System.Net;

namespace OrleansRegistry.Client;

/// <summary>Claims and leases.</summary>
internal sealed partial class HttpTasks
{
    public async Task<TaskRecord?> ClaimAsync(Caller caller, string agentId, TaskClaim claim, CancellationToken cancellationToken = default)
    {
        Identifiers.CheckId(agentId);
        TaskClaim.CheckLease(claim.Lease);
        TaskClaim.CheckWait(claim.Wait);
        var request = http.Write(caller, HttpMethod.Post, ApiPath.Of("agents", agentId, "/tasks:claim"), TaskRequests.Of(claim));
        using var answer = await http.CallAsync(request with { Wait = claim.Wait }, cancellationToken);
        return answer.Response.StatusCode == HttpStatusCode.NoContent
            ? null
            : answer.Read(task => TaskAnswers.Read(task, TenantOf(caller)));
    }

    public Task<TaskRecord> RenewAsync(
        Caller caller, string id, string leaseToken, TimeSpan? lease = null, CancellationToken cancellationToken = default)
    {
        TaskClaim.CheckLease(lease ?? TaskClaim.DefaultLease);
        var body = TaskRequests.OfLease(leaseToken, lease);
        return CallAsync(caller, http.Write(caller, HttpMethod.Post, Of(id, ":renew"), body, keyed: false), cancellationToken);
    }

    public Task<TaskRecord> ReleaseAsync(Caller caller, string id, string leaseToken, CancellationToken cancellationToken = default) => CallAsync(
        caller, http.Write(caller, HttpMethod.Post, Of(id, ":release"), TaskRequests.OfLease(leaseToken)), cancellationToken);
}
